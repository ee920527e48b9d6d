"""The canonical tables, and whether their rows contradict each other."""
