"""Code that pages share: the view and its address, cached figures, widgets, the frame, the caches."""
