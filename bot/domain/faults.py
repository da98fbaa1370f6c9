"""The base of every fault that says what to do; a command prints its text as it is."""


class ToldFault(Exception):
    """Something is wrong, and the text says what and how to mend it. No traceback helps."""
