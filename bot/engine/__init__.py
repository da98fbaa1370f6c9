"""A text in, the odds of its intents out: features, heads, the gate of danger, Rasa."""
