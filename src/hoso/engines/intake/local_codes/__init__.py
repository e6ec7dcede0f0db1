"""The mapping desk: codes of hospitals that are in no catalogue, what they mean, and the visits that carry them."""
