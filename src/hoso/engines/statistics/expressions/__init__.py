"""Formulas of indicators in DHIS2's expression language: read into a tree, then worked out with the values of a report."""
