"""Lists that people give as a file (households, practitioners): the ledger of what became of them, one for every kind."""
