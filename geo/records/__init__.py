"""Records: reading files, checking them, the stores they come from, the made-up example."""
