"""Accounts on social media: applied for, approved, created, reviewed, transferred, closed; the register."""
