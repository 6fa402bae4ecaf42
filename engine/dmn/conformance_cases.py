"""Test cases in the form of the DMN Technology Compatibility Kit: XML to typed cases.

A case names what to evaluate, its inputs and the values expected. Values carry XML Schema types; one without a type
(`Untyped`) takes the type that the model declares for an input, or the type of the value found for a result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Final

from lxml import etree

from engine.feel import Value, read_date, read_date_time, read_duration, read_time
from engine.feel.types import AnyType, FeelType, ListType, Record, Restricted
from engine.feel.values import NUMBERS
from engine.safe_xml import parse_xml

LARGEST_FILE: Final = 10_000_000
"""Bytes of one file of cases or one model that are looked at."""
DEEPEST_VALUE: Final = 50
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"


class Untyped(str):
    """The text of a value whose type is not told. FEEL takes it as a string when nobody knows better."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class KitInput:
    """A value given to a case."""

    name: str
    value: Value
    namespace: str | None = None
    """Of the imported model that the input belongs to, when told."""


@dataclass(frozen=True, slots=True)
class KitResult:
    """What a case expects of one decision."""

    name: str
    expected: Value
    error: bool
    """Whether null or an error is right as well."""
    kind: str | None = None
    """`decision`, `bkm` or `decisionService`, when told."""


@dataclass(frozen=True, slots=True)
class KitCase:
    """One test case."""

    case_id: str
    inputs: tuple[KitInput, ...]
    results: tuple[KitResult, ...]
    invocable: str | None = None
    """The decision service or business knowledge model to call; the results' own decisions when None."""
    kind: str | None = None
    """`decision`, `bkm` or `decisionService`, when told."""
    fault: str = ""
    """Why the case cannot be read; it has neither inputs nor results then."""


@dataclass(frozen=True, slots=True)
class KitFile:
    """One file of test cases."""

    model: str | None
    """File name of the model, beside the cases; the only model there when None."""
    cases: tuple[KitCase, ...]


def files_of_cases(folder: Path) -> list[Path]:
    """The XML files under a folder that hold test cases, in the order of their paths."""
    return [path for path in sorted(folder.rglob("*.xml")) if path.is_file() and _tells_cases(path)]


def _tells_cases(path: Path) -> bool:
    with path.open("rb") as opened:
        return b"testCases" in opened.read(20_000).replace(b"\0", b"")


def read_cases(path: Path) -> KitFile:
    """The cases of one file. Raises ModelRefused for what is no XML, ValueError for what holds no cases."""
    with path.open("rb") as opened:
        root = parse_xml(opened.read(LARGEST_FILE), file=path.name)
    if etree.QName(root).localname != "testCases":
        raise ValueError(f"expected `testCases`, found `{etree.QName(root).localname}`")
    model = (root.findtext("{*}modelName") or "").strip()
    return KitFile(model or None, tuple(_case(node) for node in root.iterfind("{*}testCase")))


def _case(node: etree._Element) -> KitCase:
    try:
        return _read_case(node)
    except ValueError as fault:
        return KitCase(node.get("id", ""), (), (), fault=str(fault))


def _read_case(node: etree._Element) -> KitCase:
    inputs = tuple(
        KitInput(_name(given), _value(given), given.get("namespace") or None) for given in node.iterfind("{*}inputNode")
    )
    results = tuple(_result(result) for result in node.iterfind("{*}resultNode"))
    return KitCase(node.get("id", ""), inputs, results, node.get("invocableName") or None, node.get("type") or None)


def _result(node: etree._Element) -> KitResult:
    expected = next(iter(node.iterfind("{*}expected")), None)
    error = node.get("errorResult", "").strip() in ("true", "1")
    return KitResult(_name(node), None if expected is None else _value(expected), error, node.get("type") or None)


def _name(node: etree._Element) -> str:
    return " ".join(node.get("name", "").split())


def _value(node: etree._Element, depth: int = DEEPEST_VALUE) -> Value:
    """The value of an `inputNode`, `expected`, `item` or `component`."""
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_VALUE} lists and components in each other")
    if _is_nil(node):
        return None
    children = {etree.QName(child).localname: child for child in node}
    listed = children.get("list")
    if listed is not None:
        return None if _is_nil(listed) else [_value(item, depth - 1) for item in listed.iterfind("{*}item")]
    if "component" in children:
        return {_name(part): _value(part, depth - 1) for part in node.iterfind("{*}component")}
    told = children.get("value")
    return None if told is None or _is_nil(told) else _simple(told)


def _is_nil(node: etree._Element) -> bool:
    return node.get(f"{_XSI}nil", "").strip() in ("true", "1")


def _simple(node: etree._Element) -> Value:
    text = node.text or ""
    told = node.get(f"{_XSI}type")
    if told is None:
        return Untyped(text)
    read = _READERS.get(told.rpartition(":")[2].strip())
    if read is None:
        return text
    value = read(text.strip())
    if value is None:
        raise ValueError(f"expected a value of the type {told}, found {text[:60]!r}")
    return value


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def _number(text: str) -> Decimal | None:
    try:
        number = NUMBERS.create_decimal(text)
    except DecimalException:
        return None
    return number if number.is_finite() else None


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "boolean": _boolean,
    **dict.fromkeys(("decimal", "integer", "int", "long", "short", "byte", "double", "float"), _number),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedLong"), _number),
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    **dict.fromkeys(("duration", "dayTimeDuration", "yearMonthDuration"), read_duration),
}
_READERS_OF_FEEL: Final[Mapping[str, Callable[[str], Value]]] = {
    "boolean": _boolean,
    "number": _number,
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "days and time duration": read_duration,
    "years and months duration": read_duration,
}


def as_kind(text: str, kind: str) -> Value:
    """A text as a value of a FEEL kind; the text itself when it is none of that kind."""
    read = _READERS_OF_FEEL.get(kind)
    value = None if read is None else read(text.strip())
    return str(text) if value is None else value


def typed(value: Value, kind: FeelType | None, depth: int = DEEPEST_VALUE) -> Value:
    """A value whose untyped texts have the types that a type declares for them."""
    if kind is None or isinstance(kind, AnyType) or depth <= 0:
        return value
    known = getattr(kind, "known", None)  # a type that was named before it was built
    if known is not None:
        return typed(value, known(), depth - 1)
    if isinstance(kind, Restricted):
        return typed(value, kind.base, depth - 1)
    if isinstance(kind, ListType):
        return [typed(item, kind.item, depth - 1) for item in value] if isinstance(value, list) else value
    if isinstance(kind, Record):
        if not isinstance(value, dict):
            return value
        return {key: typed(item, kind.entries.get(key), depth - 1) for key, item in value.items()}
    return as_kind(value, kind.name) if isinstance(value, Untyped) else value
