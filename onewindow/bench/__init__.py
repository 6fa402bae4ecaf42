"""Measures the product as its users meet it: the real server, over HTTP, on each database; decisions in process.

`onewindow bench` starts a server of its own for SQLite and one for PostgreSQL, drives them with the models of
`models/` and prints each figure beside its target; `--only decisions` measures FEEL and decision tables in seconds.
`docs/benchmarks.md` keeps the tables. Nothing here is imported by the serving product.
"""
