"""Rows of forms filled from the record: what is counted, what was proposed, taken or corrected, and who is behind a figure."""
