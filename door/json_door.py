"""The one door through which JSON comes in: strict, bounded, before every view.

Flask's own reader takes NaN, duplicate names, lone surrogates and UTF-16, and answers 500 to deep nesting. This one
refuses them with the place: a line and column, and the JSON pointer (RFC 6901) of the value. Numbers with a fraction or
an exponent become `Decimal`, exactly as written. Shapes are not checked here but in `api/schemas`. Source: RFC 8259,
RFC 7493 (I-JSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from engine.errors import Invalid, OnewindowError, Place

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_DIGITS: Final = 34
"""Significant digits of a number: those of IEEE 754 decimal128, which FEEL computes with."""
_MAX_EXPONENT: Final = 6_144


class MalformedJson(Invalid):
    """The body is not JSON as RFC 8259 and RFC 7493 write it; `places` says where."""

    code = "malformed-json"


class BodyTooLarge(OnewindowError):
    """The body is longer than the limit."""

    code = "body-too-large"


class NotJson(OnewindowError):
    """The body is said to be something else than JSON."""

    code = "unsupported-media-type"


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """Bounds on one body."""

    max_bytes: int = 1_000_000
    max_depth: int = 64


def check_media_type(content_type: str) -> None:
    """Whether a Content-Type means JSON in UTF-8. Raises NotJson."""
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    parameters = rest.strip().lower().replace(" ", "").replace('"', "")
    if kind != "application/json" or parameters not in ("", "charset=utf-8", "charset=utf8"):
        raise NotJson(
            f"Expected a body of type application/json in UTF-8, found {content_type or 'no Content-Type'!r:.100}.",
            remedy="Send the header Content-Type: application/json.",
        )


def read_json(raw: bytes, limits: JsonLimits) -> Any:
    """The value in a body. Raises MalformedJson with the place, BodyTooLarge."""
    if len(raw) > limits.max_bytes:
        raise BodyTooLarge(
            f"The body has {len(raw)} bytes; at most {limits.max_bytes} are allowed.", remedy="Send less at once."
        )
    text = _decode(raw)
    _check_depth(text, limits.max_depth)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as fault:
        raise _malformed(text, fault.pos, f"The body is not JSON: {fault.msg}.", "syntax") from None
    except _Fault:
        raise _first_fault(text) from None
    if "\\u" in text and any(_is_unclean(string) for string in _strings(value)):
        raise _first_fault(text)
    return value


def _decode(raw: bytes) -> str:
    if not raw:
        raise MalformedJson(
            "The body is empty; a JSON value is expected.",
            places=[Place("", "Nothing was sent.", "empty")],
            remedy="Send at least {}.",
        )
    if raw.startswith(b"\xef\xbb\xbf"):
        raise MalformedJson(
            "The body begins with a byte order mark.",
            places=[Place("", "Found EF BB BF at byte 0.", "byte-order-mark")],
            remedy="Send plain UTF-8 without it (RFC 8259, 8.1).",
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise MalformedJson(
            f"The body is not UTF-8: byte {fault.start} cannot be read.",
            places=[Place("", f"Found byte 0x{raw[fault.start]:02X} at offset {fault.start}.", "not-utf-8")],
            remedy="Send UTF-8 (RFC 8259, 8.1).",
        ) from None


def _check_depth(text: str, most: int) -> None:
    """Count open brackets outside of strings, without recursion: json.loads itself dies of deep nesting."""
    depth = 0
    for found in _BRACKET.finditer(text):
        sign = text[found.start()]
        if sign in "[{":
            depth += 1
            if depth > most:
                raise _malformed(text, found.start(), f"The body is nested deeper than {most} levels.", "too-deep")
        elif sign in "]}":
            depth -= 1


class _Fault(Exception):
    """A value json.loads would take and we do not; where it stands is found afterwards."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Fault
    return made


def _constant(_: str) -> NoReturn:
    raise _Fault


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS + 1:
        raise _Fault
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if not _fits(digits):
        raise _Fault
    return Decimal(digits)


def _fits(digits: str) -> bool:
    if len(digits) > 100:
        return False
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent beyond all that Decimal knows
        return False
    return len(number.as_tuple().digits) <= _MAX_DIGITS and abs(number.adjusted()) <= _MAX_EXPONENT


def _is_unclean(text: str) -> bool:
    return "\x00" in text or _SURROGATE.search(text) is not None


def _strings(value: Any) -> Iterator[str]:
    """Every name and text of a JSON value, without recursion."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting.extend(found.keys())
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _malformed(text: str, offset: int, message: str, code: str, pointer: str = "") -> MalformedJson:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return MalformedJson(
        message,
        places=[Place(pointer, f"{message} Line {line}, column {column}.", code)],
        remedy="Correct the body at the place named and send it again.",
        line=line,
        column=column,
    )


def _first_fault(text: str) -> MalformedJson:
    """Walk the tokens of a text up to the first value we refuse, keeping its pointer.

    What comes after that value was not looked at yet, so that it need not be JSON at all.
    """
    path: list[_Level] = []
    try:
        for found in _TOKEN.finditer(text):
            fault = _step(found.group(), path)
            if fault is not None:
                pointer = "".join(f"/{part.step()}" for part in path)
                return _malformed(text, found.start(), *fault, pointer=pointer)
    except (ValueError, IndexError):  # no JSON: the value refused stands before
        pass
    return _malformed(text, 0, "The body holds a value that is not allowed.", "not-allowed")


def _step(sign: str, path: list[_Level]) -> tuple[str, str] | None:
    """Go on by one token; gives its fault. Raises ValueError, IndexError where the text is no JSON."""
    level = path[-1] if path else None
    fault = None
    if sign in "[{":
        path.append(_Level(is_object=sign == "{"))
    elif sign in "]}":
        path.pop()
    elif sign == ",":
        if level is not None:
            level.next()
    elif sign != ":":
        fault = _fault_of(sign, level)
        if level is not None and level.awaits_name:
            level.name(json.loads(sign))
    return fault


class _Level:
    """An object or array the walk stands in."""

    def __init__(self, *, is_object: bool) -> None:
        self._is_object = is_object
        self._names: set[str] = set()
        self._step: str | int = "" if is_object else 0
        self.awaits_name = is_object

    def next(self) -> None:
        """A comma: the next element, or a name again."""
        if isinstance(self._step, int):
            self._step += 1
        self.awaits_name = self._is_object

    def has(self, name: str) -> bool:
        """Whether this name was seen before."""
        return name in self._names

    def name(self, name: str) -> None:
        """A name was read; its value follows."""
        self._names.add(name)
        self._step, self.awaits_name = name, False

    def step(self) -> str:
        """One part of the JSON pointer (RFC 6901, 3), always printable."""
        shown = str(self._step).encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")
        return shown.replace("~", "~0").replace("/", "~1")


def _fault_of(token: str, level: _Level | None) -> tuple[str, str] | None:
    """What is wrong with one text, number or word, as message and code."""
    if token.startswith('"'):
        string = json.loads(token)
        if "\x00" in string:
            return "A text holds the character NUL.", "nul"
        if _SURROGATE.search(string):
            return "A text holds half of a surrogate pair.", "lone-surrogate"
        if level is not None and level.awaits_name and level.has(string):
            return f"The name {string!r:.80} stands twice in one object.", "duplicate-name"
        return None
    if token in ("NaN", "Infinity", "-Infinity"):
        return f"{token} is not a JSON value.", "not-a-number"
    if token in ("true", "false", "null"):
        return None
    whole = not any(sign in token for sign in ".eE")
    if (whole and len(token) > _MAX_DIGITS + 1) or (not whole and not _fits(token)):
        return (
            f"A number is too large or too long: at most {_MAX_DIGITS} digits and exponents up to {_MAX_EXPONENT}.",
            "number-too-large",
        )
    return None
