"""Text messages: `live.py` hands them to an operator, `simulated.py` keeps them to be looked at."""
