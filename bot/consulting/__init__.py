"""Whom somebody asks before they post: a senior leader, or whoever holds the list of objections."""
