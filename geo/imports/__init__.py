"""A sheet into the store: what becomes of each row, conflicts with what is there, the run itself, taking it back."""
