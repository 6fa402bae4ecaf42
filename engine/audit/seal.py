"""A seal: the root over all heads of the journal at one moment, signed, to be kept where we cannot change it.

Each seal adds the heads that moved since the one before as leaves at the end of one ever longer list, so that a later
seal proves an earlier one (RFC 9162, 2.1.4). A seal that is only kept inside proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.audit.entries import canonical_json
from engine.audit.merkle import leaf_hash
from engine.audit.signature import SealKey, VerifyKey
from engine.errors import Invalid


class UnreadableSeal(Invalid):
    """A file is no seal."""

    code = "seal-unreadable"


@dataclass(frozen=True, slots=True)
class SealedHead:
    """Where a chain stood when it was sealed: its last entry and that one's hash."""

    chain: str
    seq: int
    hash: bytes

    @staticmethod
    def hash_after(before: bytes, entry: bytes) -> bytes:
        """The hash of an entry in its canonical JSON (`entries.hashed_text`)."""
        return hashlib.sha256(before + entry).digest()

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

    def signed_by(self, key: SealKey) -> SignedSeal:
        """The seal with its signature."""
        return SignedSeal(self, key.verifier.id, key.sign(self.signed_bytes()))


@dataclass(frozen=True, slots=True)
class SignedSeal:
    """A seal as it leaves us."""

    seal: Seal
    key: str
    """Id of the key (`VerifyKey.id`)."""
    signature: bytes

    def holds(self, key: VerifyKey) -> bool:
        """Whether it was signed with this key and not changed since."""
        return key.holds(self.signature, self.seal.signed_bytes())

    def to_json(self) -> dict[str, Any]:
        """As it is written into a file, or answered."""
        return {**self.seal.said(), "key": self.key, "signature": self.signature.hex()}

    @classmethod
    def read(cls, content: bytes) -> SignedSeal:
        """A seal from its file. Raises UnreadableSeal."""
        try:
            said = json.loads(content)
            seal = Seal(
                number=_whole(said["number"]),
                at=datetime.fromisoformat(said["at"]),
                size=_whole(said["size"]),
                root=bytes.fromhex(said["root"]),
            )
            signed = cls(seal, str(said["key"]), bytes.fromhex(said["signature"]))
        except (ValueError, KeyError, TypeError, RecursionError) as fault:
            raise UnreadableSeal("Expected a seal as JSON.", remedy="Use a file that was exported.") from fault
        if seal.said() != {name: said.get(name) for name in seal.said()}:
            raise UnreadableSeal("Expected a seal of version 1 in its one form.", remedy="Use a file as exported.")
        return signed


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("expected a whole number")
    return value
