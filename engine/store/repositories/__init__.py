"""Rows of one transaction, a class a group of tables: values of `engine.casework` in, values out, never rows.

Each method is one statement unless it says otherwise, and what a step inserts goes in one statement a table. A
repository decides nothing: rules stand in `engine.casework`.
"""
