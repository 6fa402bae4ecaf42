"""A seal: the root over all heads of the journal at one moment, signed, to be kept where we cannot change it.

Each seal adds the heads that moved since the one before as leaves at the end of one ever longer list, so that a later
seal proves an earlier one (RFC 9162, 2.1.4). A seal that is only kept inside proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.audit.entries import canonical_json
from engine.audit.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class SealedHead:
    """Where a chain stood when it was sealed: its last entry and that one's hash."""

    chain: str
    seq: int
    hash: bytes

    @property
    def leaf(self) -> bytes:
        """Its leaf in the tree."""
        return leaf_hash(canonical_json([self.chain, self.seq, self.hash.hex()]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What is signed."""

    number: int
    """From 1."""
    at: datetime
    size: int
    """Leaves under the root, those of earlier seals included."""
    root: bytes

    def said(self) -> dict[str, Any]:
        """Plain JSON, without a signature."""
        return {
            "onewindow_seal": 1,
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "size": self.size,
            "root": self.root.hex(),
        }

    def signed_bytes(self) -> bytes:
        """What a signature is over: the canonical JSON."""
        return canonical_json(self.said())
