"""A case from submission to closure: acts, card, forms, notices, ladder, links."""
