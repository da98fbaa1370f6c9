"""Hostile input for both doors, thousands of times, against a real server (`make fuzz`)."""
