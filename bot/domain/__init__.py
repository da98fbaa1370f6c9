"""The nouns and the rules, in the standard library alone."""
