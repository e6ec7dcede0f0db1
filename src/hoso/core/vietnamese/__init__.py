"""Vietnamese text: one form, folding without accents, tone placement, names and sorting.

Pure functions without state; nothing here changes what a person wrote, it only makes keys for comparing.
"""
