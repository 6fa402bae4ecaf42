"""Checks of decisions before deployment: tables with gaps, overlaps and rules never reached; names and types.

In: a model. Out: diagnostics that name the region or the place. Pure. Only what is certain is said to be wrong: a cell
that reads names or calls functions of its input may hold for every value, or for none.

    pieces   a column's values, cut where its cells change      tables   the regions, as findings
    types    a model's expressions in order      boxes, cells   types of boxed expressions and of tables
"""

from engine.dmn.checks.tables import check_table, check_tables
from engine.dmn.checks.types import check_types

__all__ = ["check_table", "check_tables", "check_types"]
