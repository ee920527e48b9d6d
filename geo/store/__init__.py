"""The city's own store: batches of records, what people decided about them, and who changed what."""
