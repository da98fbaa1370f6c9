"""Signpost: answers from the policy with the exact clause, and reports that are never lost."""
