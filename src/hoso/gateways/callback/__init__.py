"""Calling a sender's address with the result of a package: `live.py` over HTTP, `simulated.py` calls nobody."""
