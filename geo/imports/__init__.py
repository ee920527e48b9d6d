"""Import of a sheet into the store: outcome of each row, conflicts with known rows, the run, taking it back."""
