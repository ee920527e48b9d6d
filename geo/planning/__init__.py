"""Choices: which kelurahan come next, why, and how sure that is."""
