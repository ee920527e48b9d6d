"""What pages share: the view and its address, figures made once, widgets, the frame, the caches."""
