"""A secret in a file of its own: made once, whole or not at all, whoever comes first."""
