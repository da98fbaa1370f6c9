"""The journeys of a report, pure: steps, inputs, privacy, review, draft, receipts."""
