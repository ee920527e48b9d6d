"""The city's own store: batches of records, what people decided about them, and who changed what."""

from __future__ import annotations

from geo.store.engine import Store, open_store, store_at

__all__ = ["Store", "open_store", "store_at"]
