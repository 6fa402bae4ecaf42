"""The store: tables, the unit of work with its repositories, read models, migrations' entry.

In: SQL and the translation of rows to values of `engine.casework`. Out: rules about what may happen (`casework`), use
cases (`runtime`). May import `casework`, `audit`, `identity`, `errors`, `feel.codec` and SQLAlchemy. `unit_of_work` is
the only place that commits. Tables are declared with SQLAlchemy's typed mapping and used by Core statements, which are
compiled once and cached: no identity map stands between a use case and its rows.
"""
