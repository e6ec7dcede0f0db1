"""A report as a workbook: given out with today's figures, filled in elsewhere, and taken in again cell by cell (ADR 190).

keys.py is what a workbook is recognised by, writing.py makes one, reading.py reads one back whatever was done to its looks,
figures.py reads a cell as the figure of its row, comparing.py tells what differs and what is wrong, saving.py writes it.
"""
