"""Columnar storage of facts behind one interface: sorted Parquet segments on disk, what changed since in memory, one
process that holds both and answers the others.

`shape` says what a fact is, `store` keeps and shows them, `building` writes a store anew from its source, `serving` and
`asking` are the two ends of the socket between processes. DuckDB is known in this folder and by whoever asks a view of it.
"""
