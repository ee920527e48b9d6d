"""Imported tables as people send them: read, mapped and checked row by row."""
