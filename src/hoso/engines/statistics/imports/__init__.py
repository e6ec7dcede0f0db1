"""Taking in data values of others: DHIS2's dataValueSets as JSON, CSV, XLSX and XML, and ADX, all or nothing a group.

reading_*.py read a format into groups of rows, checking.py names what is wrong with each row, storing.py merges the
rest into the store, run.py is the whole import in one transaction.
"""
