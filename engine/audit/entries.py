"""A chain of entries: canonical JSON, the hash of an entry, and where a chain is broken.

Each entry is bound to the one before: hash = SHA-256(hash before + canonical JSON of the entry). Whoever changes,
removes or swaps an entry must change all that follow, and the head no longer fits. Entries carry no personal data.
Canonical JSON: keys sorted, no blanks, UTF-8 (the useful part of RFC 8785 for what entries hold: texts, whole numbers,
truth values, lists and maps).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

_canonical_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
GENESIS: Final = b"\x00" * 32
"""What stands before the first entry of a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    at: datetime
    actor: str
    """Account of who did it."""
    action: str
    """What was done, such as `task.completed`."""
    subject: str
    """What it was done to: the key of a task, case, job ..."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON without personal data."""


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry in its place in a chain."""

    seq: int
    entry: Entry
    hash: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which a chain does not hold."""

    seq: int
    reason: str


def canonical_json(value: Any) -> bytes:
    """The one way to write a value. Raises ValueError and TypeError for what JSON cannot hold."""
    return _canonical_text(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def hash_of(before: bytes, seq: int, entry: Entry) -> bytes:
    """The hash of an entry that follows `before`."""
    return hashlib.sha256(before + hashed_text(seq, entry)).digest()


def hashed_text(seq: int, entry: Entry) -> bytes:
    """What the hash of an entry is over, beside the hash before it."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical_json([seq, moment, entry.actor, entry.action, entry.subject, dict(entry.detail)])


def chain(entries: Iterable[Entry], seq: int, head: bytes | None) -> list[ChainedEntry]:
    """Entries bound to a chain whose last entry has number `seq` (0 when it is empty) and hash `head`."""
    chained, before = [], head or GENESIS
    for number, entry in enumerate(entries, start=seq + 1):
        before = hash_of(before, number, entry)
        chained.append(ChainedEntry(number, entry, before))
    return chained


def verify(entries: Iterable[ChainedEntry], head: tuple[int, bytes | None] | None = None) -> Broken | None:
    """The first entry of a whole chain that does not hold, or None; `head` is what the chain must end with."""
    before, last = GENESIS, 0
    for found in entries:
        if found.seq != last + 1:
            return Broken(last + 1, f"Expected entry {last + 1}, found {found.seq}: one was removed or swapped.")
        if hash_of(before, found.seq, found.entry) != found.hash:
            return Broken(found.seq, "The entry does not fit its hash: it, or the one before, was changed.")
        before, last = found.hash, found.seq
    if head is not None and (last, before if last else None) != (head[0], head[1] if head[0] else None):
        return Broken(
            last + 1, f"Expected the chain to end at entry {head[0]}, found {last}: the tail was cut or changed."
        )
    return None
