"""The city's own store: batches of records, decisions on them, and the audit of changes."""
