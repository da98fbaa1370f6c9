"""The roster as it stands, approvals by two people, holders and covers."""
