"""The certificate authority that signs for the house: `live.py` by the key file it issued, `simulated.py` by a key made here."""
