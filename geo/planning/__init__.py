"""Planning: which kelurahan come next, why, how certain that is, and in which wave."""
