"""Choices: which kelurahan come next, why, how sure that is, and in which wave."""
