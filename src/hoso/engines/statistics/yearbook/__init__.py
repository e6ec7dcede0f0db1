"""The yearbook of a province: its chapters as data, and their figures asked for."""
