"""What is told to whoever types a command, as it is: the base of every fault that says what to do."""


class ToldFault(Exception):
    """Something is wrong, and the text says what and how to mend it. No traceback helps."""
