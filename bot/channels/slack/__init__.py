"""Slack's door: events in, Block Kit out. Only this package and the composition root know Slack's SDK."""
