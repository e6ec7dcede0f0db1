"""Django's PostgreSQL with what the house asks of its connections. Django looks for `base.py`."""
