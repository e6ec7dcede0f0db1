"""Writing by FHIR's interactions. `turn.py` is the way in; what it asks of the other files stands there."""
