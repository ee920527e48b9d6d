"""Access: accounts, passwords, sessions, and the audit log."""
