"""Mail: `live.py` hands it to an SMTP server, `simulated.py` lays it in a folder to be looked at."""
