"""A believable working life of a province's staff: rotas, wards, visits, claims, campaigns, leave, and planted misuse.

It judges the detectors, so it must not know them: nothing here imports `hoso.engines` or reads `definitions/` (a contract in
pyproject.toml). All of it is invented.
"""
