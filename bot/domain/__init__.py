"""Floor 1: the nouns and the rules, in the standard library alone."""
