"""What a policy officer edits, read and checked once: the policy, journeys, tables and texts."""
