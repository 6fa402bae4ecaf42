"""What was said to a partner and what it answered, as operators may see it: its form, not the data of persons in it.

Secrets and personal data are not searched for and cut out, for what looks like neither may be both. It is the other way
round: only what is known to be harmless is kept. Of bodies that is the shape (names of fields, kinds and lengths of
values) and the code and title of a problem (RFC 9457); of headers a short list; of addresses the host, and those parts
of the path that the model itself says. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

HIDDEN: Final = "..."
MOST_BODY: Final = 4_000
"""Characters of a body that are kept."""
_MOST_READ: Final = 200_000
_MOST_FIELDS: Final = 40
_MOST_ITEMS: Final = 3
_DEEPEST: Final = 6
_HEADERS: Final = frozenset(
    {
        "accept", "content-type", "content-length", "content-encoding", "date", "idempotency-key", "retry-after",
        "transfer-encoding", "x-request-id", "x-road-client", "x-road-error", "x-road-id", "x-road-request-id",
        "x-road-service",
    }
)  # fmt: skip
_TELLING: Final = frozenset({"type", "title", "status", "code"})
_HARMLESS: Final = re.compile(r"(?!.*\d{4})[\w .:/#,'-]{1,120}", re.ASCII)
_FIELD: Final = re.compile(r"(?!.*\d{4})[A-Za-z_@$][\w.:@$-]{0,60}", re.ASCII)
_VERSION: Final = re.compile(r"v\d{1,2}(\.\d{1,2})?")


@dataclass(slots=True)
class Watched:
    """One request and its answer while it goes on, whole: never kept as it is."""

    at: datetime
    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes | None
    milliseconds: int = 0
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer_body: bytes | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as it is kept and shown."""

    job_id: str
    attempt: int
    position: int
    """Within the attempt, from 1: some ask several times, or are redirected."""
    at: datetime
    partner: str
    milliseconds: int
    method: str
    url: str
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: str | None = None
    status: int | None = None
    """None when no answer came."""
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer_body: str | None = None
    error: str | None = None
    """Why no answer came, or why it was not used."""


def shown(job_id: str, attempt: int, partner: str, said: Mapping[str, str], seen: Iterable[Watched]) -> list[Exchange]:
    """The exchanges of one attempt as they may be kept; `said` are the static headers of the task."""
    words = known_words(said)
    return [
        Exchange(
            job_id=job_id,
            attempt=attempt,
            position=position,
            at=one.at,
            partner=partner,
            milliseconds=one.milliseconds,
            method=one.method,
            url=shown_url(one.url, words),
            request_headers=shown_headers(one.request_headers),
            request_body=shown_body(one.request_body),
            status=one.status,
            answer_headers=shown_headers(one.answer_headers),
            answer_body=shown_body(one.answer_body, is_problem=_is_problem(one)),
            error=one.error,
        )
        for position, one in enumerate(seen, 1)
    ]


def known_words(said: Mapping[str, str]) -> frozenset[str]:
    """What the model itself says, and an address may therefore show."""
    return frozenset(word for value in said.values() for word in re.split(r"[/?&=]", value) if "{" not in word)


def shown_url(url: str, words: Collection[str] = ()) -> str:
    """Host and path without what was filled in; of a query only the names."""
    parts = urlsplit(url)
    path = "/".join(
        segment if not segment or segment in words or _VERSION.fullmatch(segment) else HIDDEN
        for segment in parts.path.split("/")
    )
    query = "&".join(
        f"{name if _FIELD.fullmatch(name) else HIDDEN}={HIDDEN}" for name, _ in parse_qsl(parts.query, True)
    )
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{path}{'?' if query else ''}{query}"[:2_000]


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Names of all headers, values of the harmless ones."""
    return {
        name[:100]: value[:200] if name.lower() in _HEADERS else HIDDEN for name, value in list(headers.items())[:50]
    }


def shown_body(body: bytes | None, *, is_problem: bool = False) -> str | None:
    """The shape of a JSON body; of any other its length. A problem says its type, title, status and code."""
    if not body:
        return None
    if len(body) > _MOST_READ:
        return f"({len(body)} bytes)"
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return f"({len(body)} bytes that are no JSON)"
    return json.dumps(_shape(value, 0, is_problem=is_problem), ensure_ascii=False)[:MOST_BODY]


def _is_problem(one: Watched) -> bool:
    """Whether the answer is of the media type whose fields RFC 9457 defines: elsewhere a title may be a person's."""
    kinds = [value for name, value in one.answer_headers.items() if name.lower() == "content-type"]
    return any(kind.partition(";")[0].strip().lower() == "application/problem+json" for kind in kinds)


def _shape(value: Any, depth: int, *, is_problem: bool = False) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return f"(text of {len(value)})"
    if isinstance(value, int | float):
        return "(number)"
    if depth == _DEEPEST:
        return HIDDEN
    if isinstance(value, list):
        more = [f"({len(value) - _MOST_ITEMS} more)"] if len(value) > _MOST_ITEMS else []
        return [_shape(one, depth + 1) for one in value[:_MOST_ITEMS]] + more
    fields = {
        name if _FIELD.fullmatch(name) else HIDDEN: one
        if is_problem and _is_telling(name, one)
        else _shape(one, depth + 1)
        for name, one in list(value.items())[:_MOST_FIELDS]
    }
    return fields if len(value) <= _MOST_FIELDS else fields | {HIDDEN: f"({len(value) - _MOST_FIELDS} more)"}


def _is_telling(name: str, value: Any) -> bool:
    """Whether a field says what kind of problem there is, and nothing of anybody."""
    if name not in _TELLING:
        return False
    return (isinstance(value, int) and 100 <= value < 600) or (
        isinstance(value, str) and _HARMLESS.fullmatch(value) is not None
    )
