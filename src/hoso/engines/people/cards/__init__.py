"""The health card: a number of the house in a code that a scanner reads. It points at a person and proves nobody's identity."""
