"""Measures the product as its users meet it: the real server, over HTTP, on each database.

`onewindow bench` starts a server of its own for SQLite and one for PostgreSQL, drives them with the models of
`models/` and prints each figure beside its target; `docs/benchmarks.md` keeps the table. Nothing here is imported by
the serving product.
"""
