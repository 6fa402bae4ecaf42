"""Migrations of the database, numbered; `engine.store.migrate` runs them. A released one is never edited."""
