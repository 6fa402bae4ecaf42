"""An event: something happened, told to programs outside. Its envelope is CloudEvents 1.0 (JSON event format).

The same event always has the same envelope, byte by byte, however often it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from engine.casework.event_kinds import PREFIX, EventKind

CONTENT_TYPE: Final = "application/cloudevents+json"
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

_COMMON: Final[Mapping[str, str]] = {
    "case_id": "Key of the case; null where none stands behind it.",
    "case_number": "Number of the case, which citizens and clerks say.",
    "instance_id": "Key of the process instance.",
    "agency": "The agency it belongs to.",
    "service": "Key of the public service.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event."""

    id: str
    position: int
    """Its place among all events: those of one case stand in the order in which they happened."""
    type: str
    at: datetime
    subject: str
    """Key of what it is about."""
    case_id: str | None = None
    case_number: str | None = None
    instance_id: str | None = None
    agency: str | None = None
    service: str | None = None
    carried: Mapping[str, Any] = field(default_factory=dict)
    """What events of its type carry besides. No personal data."""

    @property
    def name(self) -> str:
        """Its type without the prefix."""
        return self.type.removeprefix(PREFIX)


def envelope(event: Event, source: str) -> dict[str, Any]:
    """The event as CloudEvents has it; `source` is the address of this API, without a slash at the end."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"{source}/events/{event.name}",
        "data": {**{name: getattr(event, name) for name in _COMMON}, **event.carried},
    }


def body_of(event: Event, source: str) -> bytes:
    """The envelope as it is sent."""
    return _compact(envelope(event, source)).encode()


def data_schema(kind: EventKind) -> dict[str, Any]:
    """JSON Schema (2020-12) of the `data` of one type of event."""
    common = {name: {"type": ["string", "null"], "description": said} for name, said in _COMMON.items()}
    carried = {name: {**one.schema, "description": one.meaning} for name, one in kind.carries.items()}
    required = [name for name, one in kind.carries.items() if not one.is_optional]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.type,
        "description": f"{kind.meaning} `subject` is the key of the {kind.subject}.",
        "type": "object",
        "properties": {**common, **carried},
        "required": [*_COMMON, *required],
        "additionalProperties": True,
    }
