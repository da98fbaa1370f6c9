"""Floor 3: (session, incoming, now) -> Turn. No I/O, no clock, no randomness."""
