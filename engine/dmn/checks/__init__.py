"""Checks of decision tables before deployment: regions that no rule answers, that several answer, rules never reached.

In: a table. Out: diagnostics that name the region. Pure. Only what is certain is said: a cell that reads names or calls
functions of its input may hold for every value, or for none.

    pieces   a column's values, cut where its cells change      tables   the regions, as findings
"""

from engine.dmn.checks.tables import check_table, check_tables

__all__ = ["check_table", "check_tables"]
