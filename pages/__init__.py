"""Pages: one question each. A file here only defines `page(shell)`; running it shows nothing."""
