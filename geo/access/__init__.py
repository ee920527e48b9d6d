"""Who may come in: accounts, passwords, sessions, and the record of what was done."""
