"""What a partner sent, read with suspicion: strict JSON, bounded depth, texts that every database can hold."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

from engine.connectors.contract import Json, PartnerUnavailable

DEEPEST_ANSWER: Final = 64
_MAYBE_UNSOUND: Final = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


def read_json(body: bytes, partner: str) -> Json:
    """The JSON value in an answer; fractions become decimals.

    Raises PartnerUnavailable for anything else: half an answer and a proxy's error page are often gone the next time.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_without_repeats)
        if _MAYBE_UNSOUND.search(text):
            _check_texts(value)
        _check_depth(value)
    except (ValueError, RecursionError) as fault:
        reason = "nested too deeply" if isinstance(fault, RecursionError) else type(fault).__name__
        raise PartnerUnavailable(
            f"{partner} answered something that is not sound JSON ({reason}).",
            remedy="It is asked again; when this stays, tell the partner.",
            retry_after_seconds=30,
        ) from fault
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _check_texts(value: Json) -> None:
    """Neither lone surrogates (no UTF-8) nor NUL (no text of PostgreSQL). Raises ValueError."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    written.encode("utf-8")
    if "\\u0000" in written:
        raise ValueError("a text holds a NUL")


def _check_depth(value: Json) -> None:
    level: list[Json] = [value]
    for _ in range(DEEPEST_ANSWER):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise ValueError(f"nested deeper than {DEEPEST_ANSWER}")
