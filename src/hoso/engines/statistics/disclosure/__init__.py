"""Protected releases: figures that may be told beyond those who may see them, without the small ones."""
