"""Comments, queries and complaints on the Federation's accounts: the list, its forms and its clock."""
