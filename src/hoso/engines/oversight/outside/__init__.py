"""What other systems tell of their accesses: read from whatever shape they write, taken over once."""
