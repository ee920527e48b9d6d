"""Drawing: map layers, legends, tables. Words arrive as arguments, numbers as measures."""
