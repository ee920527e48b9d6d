"""Drawing: map layers, legends, tables. Texts and measures arrive as arguments."""
