"""Measures computed from `Released` only. Each measure is a noun: Released in, Figures out."""
