"""Who works for the Federation: the roster and the list of staff, as one register."""
