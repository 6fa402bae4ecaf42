"""Puts variables into the places `{name}` of an address, so that no value can change what is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from engine.connectors.contract import Json, PartnerRefused

_PLACE: Final = re.compile(r"\{(\w+)\}")
_LONGEST_VALUE: Final = 200


def filled(template: str, variables: Mapping[str, Json]) -> str:
    """The address with its places filled, each value percent-encoded as one segment (RFC 3986, 3.3).

    Raises PartnerRefused when a variable is missing or cannot be one segment.
    """
    return _PLACE.sub(lambda place: _segment(place.group(1), variables), template)


def _segment(name: str, variables: Mapping[str, Json]) -> str:
    value = variables.get(name)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_VALUE or not value.strip("."):
        raise PartnerRefused(
            f"The address needs the variable {name!r:.80} as a text of 1 to {_LONGEST_VALUE} characters.",
            remedy="Set it by an input mapping of the task, then retry the incident.",
        )
    return quote(value, safe="")
