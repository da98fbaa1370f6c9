"""What a policy officer is helped with: clauses drafted from a file, anchored again, compared and signed."""
