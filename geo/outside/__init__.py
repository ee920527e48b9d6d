"""Files from outside are read in a process of their own, which has limits and returns nothing but plain data."""
