"""Which kelurahan next: order of priority, and waves under limits."""
