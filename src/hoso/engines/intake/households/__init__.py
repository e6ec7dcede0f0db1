"""Lists of households: persons, whom they live with, where, and the population groups they belong to."""
