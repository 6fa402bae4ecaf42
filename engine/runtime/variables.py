"""Which names a variable may have when it comes from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.errors import Invalid, Place

RESERVED: Final = frozenset({"case"})
"""Set by the engine; no form, message, job or caller may."""
MOST_VARIABLES: Final = 1_000
_NAME: Final = re.compile(r"[^\W\d_][\w]{0,254}")


class BadVariables(Invalid):
    """Variables have names they may not have."""

    code = "bad-variables"


def check_variables(variables: Mapping[str, Any], *, at: str = "/variables") -> None:
    """Refuse names that are reserved, or that no expression could name. Raises BadVariables with every place."""
    _refuse(_faults(variables, at), len(variables), at)


def check_names(names: Iterable[str], *, at: str) -> None:
    """The same for names alone."""
    listed = list(names)
    _refuse(_faults(listed, at), len(listed), at)


def _faults(names: Iterable[str], at: str) -> list[Place]:
    places = []
    for name in names:
        path = f"{at}/{_escaped(name)}"
        if name in RESERVED:
            places.append(Place(path, f"The variable {name!r} is set by the engine alone.", "reserved-name"))
        elif _NAME.fullmatch(name) is None:
            places.append(
                Place(path, "Expected a name of letters, digits and _ that begins with a letter.", "bad-name")
            )
    return places


def _refuse(places: list[Place], count: int, at: str) -> None:
    if count > MOST_VARIABLES:
        places = [Place(at, f"Expected at most {MOST_VARIABLES} variables, found {count}.", "too-many")]
    if places:
        raise BadVariables(
            f"{len(places)} variable{'s' * (len(places) != 1)} cannot be taken: {places[0].message}",
            places=places[:100],
            remedy="Use other names; nothing was changed.",
        )


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")
