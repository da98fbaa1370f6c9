"""Floor 2: what is read once at start and never changes: policies, journeys, routes, texts, examples."""
