"""Signing in by VNeID: `live.py` reaches the service or a licensed authentication provider, `simulated.py` one of ours
on this machine. How its answers are read stands in `definitions/access/vneid.yaml`, which is unverified."""
