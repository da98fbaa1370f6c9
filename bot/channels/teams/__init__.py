"""Teams' door: activities in, Adaptive Cards out.

Only `botbuilder_backend` and `agents_backend` know an SDK of Microsoft's, and only the one that is
configured is ever imported.
"""
