"""Aggregate statistics: report forms, the store of reported values, their exchange. See README.md."""
