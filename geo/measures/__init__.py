"""Numbers made of `Released` and of nothing else. Each measure is a noun: Released in, Figures out."""
