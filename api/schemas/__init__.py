"""Shapes of JSON: what comes in becomes plain checked values, read models go out. Never a row of a table.

A file a noun. Names are written as in the design's table of words, in snake_case; moments are RFC 3339 in UTC, days
YYYY-MM-DD, money a decimal as text beside its currency. Unknown fields are refused.
"""
