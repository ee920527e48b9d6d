"""The canonical tables, and whether their rows can be so beside each other."""
