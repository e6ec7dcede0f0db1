"""Figures worked out at the moment they are asked for: by data item, period and unit, straight from the store."""
