"""The cube: reported figures in columns, as they stand now, asked by the questions of `analytics` and by its rules.

`feed` follows the store of values, `building` writes the cube anew from it, `rules` holds what decides how figures add up,
`adding_up` is the question in SQL over the facts, `holder` the process that answers, `question` and `figures` the side
that asks.
"""
