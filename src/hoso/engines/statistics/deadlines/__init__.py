"""Who reported in time, late or not at all, and reminding them."""
