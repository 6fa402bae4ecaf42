"""The built-in functions of FEEL (DMN 1.5, 10.3.4), a module a family.

What is here: bodies and signatures. How functions are called is in `engine.feel.calls`; names with spaces are made
known to the grammar through `SPACED_NAMES`. Only the compiler and the inference import this package.
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
from engine.feel.functions.registration import Signature
from engine.feel.values import Function

_FAMILIES = tuple(
    module.FAMILY
    for module in (conversion, logic, strings, numbers, lists, statistics, contexts, moments, ranges, sorting)
)
BUILT_INS: Mapping[str, Function] = {
    name: function for family in _FAMILIES for name, function in family.functions().items()
}
"""Every built-in function by its name."""

SIGNATURES: Mapping[str, tuple[Signature, ...]] = {
    name: signatures for family in _FAMILIES for name, signatures in family.signatures().items()
}
"""The ways to call each of them."""

SPACED_NAMES = frozenset(name for name in BUILT_INS if " " in name)
"""Names that the grammar must know to recognise."""
