"""What this viewer may see: the step between the joined table and everything computed from it."""
