"""The catalogue of indicators, found by words, each with its formula in words; and a formula tried out."""
