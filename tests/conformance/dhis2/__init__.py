"""Cases that the DHIS2 project wrote, for the parts of HoSo that follow it."""
