"""What is told of one cell beside its figure: what it was before and who changed it, a comment, a mark to follow it up, papers."""
