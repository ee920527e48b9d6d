"""Release: the step between the joined table and all computation, which limits data to what the viewer may see."""
