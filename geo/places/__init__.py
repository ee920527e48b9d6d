"""Places: boundaries, codes, names and neighbours."""
