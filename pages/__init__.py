"""Pages: one question each. A file here only defines `page(shell)`; executing it shows nothing."""
