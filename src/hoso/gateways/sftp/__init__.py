"""Fetching from a hospital's server: `live.py` by SFTP, `simulated.py` from a folder of this machine."""
