"""What a partner's OpenAPI document offers (3.0 and 3.1): operations by id, as far as a call needs to know them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from engine.connectors.contract import Json, PartnerRefused
from engine.connectors.places import filled
from engine.errors import Invalid, Place

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_PLACES: Final = frozenset({"path", "query", "header"})
_MOST_REFERENCES: Final = 10


class UnreadableApi(Invalid):
    """A document is no OpenAPI document that can be used; `places` are JSON pointers into it."""

    code = "openapi-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    """`path`, `query` or `header`."""
    is_required: bool = False

    @property
    def variable(self) -> str:
        """The variable of the task that holds its value: hyphens and dots, which FEEL reads otherwise, are `_`."""
        return self.name.replace("-", "_").replace(".", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation."""

    id: str
    method: str
    path: str
    """Below the partner's address, with `{places}`."""
    parameters: tuple[Parameter, ...] = ()
    takes_body: bool = False

    def address(self, variables: Mapping[str, Json]) -> str:
        """Path and query for a call. Raises PartnerRefused for a value that is missing or unfit."""
        path = self.path
        query: list[tuple[str, str]] = []
        for one in self.parameters:
            if one.place == "path":
                path = path.replace("{" + one.name + "}", "{" + one.variable + "}")
            elif one.place == "query":
                query += _query_values(one, variables)
        return filled(path, variables) + ("?" + urlencode(query) if query else "")

    def headers(self, variables: Mapping[str, Json]) -> dict[str, str]:
        """The header parameters of a call. Raises PartnerRefused."""
        return dict(pair for one in self.parameters if one.place == "header" for pair in _query_values(one, variables))


def query_text(value: Json, name: str) -> str:
    """A plain value as text of a query or header. Raises PartnerRefused for lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise PartnerRefused(
        f"The parameter {name!r:.80} can be a text, number or boolean, found {type(value).__name__}.",
        remedy="Set it by an input mapping of the task, then retry the incident.",
    )


def _query_values(one: Parameter, variables: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    value = variables.get(one.variable)
    if value is None:
        if one.is_required:
            raise PartnerRefused(
                f"The operation needs the parameter {one.name!r:.80}; there is no variable {one.variable!r:.80}.",
                remedy="Set it by an input mapping of the task, then retry the incident.",
            )
        return
    for each in value if isinstance(value, list) else [value]:
        yield one.name, query_text(each, one.name)


def read_operations(document: Any) -> Mapping[str, Operation]:
    """The operations of an OpenAPI document that have an id. Raises UnreadableApi with every fault and its place."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise UnreadableApi("Expected an OpenAPI document of version 3.0 or 3.1.", remedy="Ask the partner for one.")
    found: dict[str, Operation] = {}
    faults: list[Place] = []
    paths = document.get("paths")
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        for method in _METHODS:
            said = item.get(method) if isinstance(item, dict) else None
            if not isinstance(said, dict) or "operationId" not in said:
                continue
            place = f"/paths/{str(path).replace('~', '~0').replace('/', '~1')}/{method}"
            try:
                operation = _operation(document, str(path), method, item, said)
            except (ValueError, KeyError, TypeError, AttributeError) as fault:
                faults.append(Place(place, f"The operation cannot be read: {str(fault)[:120]}."))
                continue
            if operation.id in found:
                faults.append(Place(place, f"The operation id {operation.id!r:.80} stands twice."))
            found[operation.id] = operation
    if faults or not found:
        raise UnreadableApi(
            "; ".join(fault.message for fault in faults[:5]) or "The document names no operation by an operationId.",
            places=faults,
            remedy="Mend the document, or call the partner by method and path.",
        )
    return found


def _operation(document: Any, path: str, method: str, item: Any, said: Any) -> Operation:
    if not path.startswith("/"):
        raise ValueError(f"the path {path!r:.60} does not begin with a slash")
    own = [_parameter(document, one) for one in said.get("parameters", ())]
    names = {(one.name, one.place) for one in own}
    shared = [_parameter(document, one) for one in item.get("parameters", ())]
    every = [*own, *(one for one in shared if (one.name, one.place) not in names)]
    return Operation(
        id=str(said["operationId"]),
        method=method.upper(),
        path=path,
        parameters=tuple(one for one in every if one.place in _PLACES),
        takes_body="requestBody" in said,
    )


def _parameter(document: Any, said: Any) -> Parameter:
    found = _followed(document, said)
    return Parameter(
        name=str(found["name"]), place=str(found["in"]), is_required=bool(found.get("required", found["in"] == "path"))
    )


def _followed(document: Any, said: Any) -> Any:
    """What a reference within the document leads to (RFC 6901)."""
    for _ in range(_MOST_REFERENCES):
        reference = said.get("$ref")
        if reference is None:
            return said
        if not reference.startswith("#/"):
            raise ValueError(f"the reference {reference!r:.80} leads out of the document")
        said = document
        for part in reference[2:].split("/"):
            said = said[part.replace("~1", "/").replace("~0", "~")]
    raise ValueError("references lead in a circle")
