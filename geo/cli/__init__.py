"""The command line, one module per group of commands; as thin as a page: read, call, write, report."""
