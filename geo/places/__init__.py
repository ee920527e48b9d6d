"""Where things are: boundaries, neighbours."""
