"""Who may come in: accounts, sessions, and the record of what was done."""
