"""What may be counted of ended visits: kind, main diagnosis, outcome, sex, age; never who it was, but for whoever may see."""
