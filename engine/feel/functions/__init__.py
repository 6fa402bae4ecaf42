"""The built-in functions of FEEL (DMN 1.5, 10.3.4), a module a family.

What is here: bodies and signatures. How functions are called is in `engine.feel.calls`; names with spaces are made
known to the grammar through `SPACED_NAMES`. Only the compiler imports this package.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.functions import (
    contexts,
    conversion,
    lists,
    logic,
    moments,
    numbers,
    ranges,
    sorting,
    statistics,
    strings,
)
from engine.feel.values import Function

BUILT_INS: Mapping[str, Function] = {
    name: function
    for family in (conversion, logic, strings, numbers, lists, statistics, contexts, moments, ranges, sorting)
    for name, function in family.FAMILY.functions().items()
}
"""Every built-in function by its name."""

SPACED_NAMES = frozenset(name for name in BUILT_INS if " " in name)
"""Names that the grammar must know to recognise."""
