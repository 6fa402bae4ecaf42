"""A proof that an entry stood in the journal when a seal was made: small enough for a QR code, checked offline.

Text: `OW1:` and the bytes below in base 45 (RFC 9285), whose signs QR codes hold most tightly. Numbers are big-endian.

    8   id of the key                       8   place of the leaf
    4   number of the seal                  1   hashes in the path, then 32 each (RFC 9162, 2.1.3)
    8   when, in seconds since 1970         1   length of the chain's name, then it in UTF-8
    8   leaves under the root               4   number of the entry in its chain
    64  signature of the seal              32   hash before the entry
                                            2   length of the entry, then its canonical JSON

The root is not in it: it is what leaf and path lead to, and the signature says whether it is the right one. The entry
is the last one of its chain that the seal holds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from engine.audit.entries import ChainedEntry, hashed_text
from engine.audit.merkle import root_by_path
from engine.audit.seal import Seal, SealedHead, SignedSeal
from engine.audit.signature import VerifyKey
from engine.errors import Invalid

LEAD: Final = "OW1:"
_FIXED: Final = struct.Struct(">8sIQQ64sQB")
_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_LONGEST: Final = 10_000


class UnreadableProof(Invalid):
    """A text is no proof."""

    code = "proof-unreadable"

    def __init__(self) -> None:
        super().__init__(f"Expected a proof that begins with {LEAD}", remedy="Scan the whole QR code again.")


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry, its way to a root, and the seal over that."""

    sealed: SignedSeal
    chain: str
    before: bytes
    """The hash before the entry."""
    seq: int
    entry: bytes
    """Canonical JSON of number, moment, actor, action, subject and detail: what its hash is over."""
    place: int
    path: tuple[bytes, ...]

    @classmethod
    def of(
        cls, sealed: SignedSeal, chain: str, before: bytes, entry: ChainedEntry, place: int, path: list[bytes]
    ) -> EntryProof:
        """The proof for the last entry of a sealed chain."""
        return cls(sealed, chain, before, entry.seq, hashed_text(entry.seq, entry.entry), place, tuple(path))

    def to_text(self) -> str:
        """As a QR code holds it."""
        seal, name = self.sealed.seal, self.chain.encode()
        fixed = _FIXED.pack(
            bytes.fromhex(self.sealed.key),
            seal.number,
            int(seal.at.timestamp()),
            seal.size,
            self.sealed.signature,
            self.place,
            len(self.path),
        )
        tail = struct.pack(">B", len(name)) + name + struct.pack(">I", self.seq) + self.before
        return LEAD + to_base45(fixed + b"".join(self.path) + tail + struct.pack(">H", len(self.entry)) + self.entry)

    @classmethod
    def read(cls, text: str) -> EntryProof:
        """A proof from its text; whether it holds is another matter. Raises UnreadableProof."""
        if not text.startswith(LEAD) or len(text) > _LONGEST:
            raise UnreadableProof
        try:
            return _parsed(from_base45(text.removeprefix(LEAD)))
        except (ValueError, struct.error, IndexError, OverflowError, OSError) as fault:
            raise UnreadableProof from fault

    def holds(self, key: VerifyKey) -> bool:
        """Whether the seal was signed with this key, over a tree that has this entry."""
        return self.sealed.key == key.id and self.sealed.holds(key)


def to_base45(content: bytes) -> str:
    """RFC 9285, 4."""
    signs: list[str] = []
    for start in range(0, len(content), 2):
        pair = content[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):
            number, sign = divmod(number, 45)
            signs.append(_SIGNS[sign])
    return "".join(signs)


def from_base45(text: str) -> bytes:
    """RFC 9285, 4. Raises ValueError."""
    found = bytearray()
    for start in range(0, len(text), 3):
        group = [_SIGNS.index(sign) for sign in text[start : start + 3]]
        if len(group) == 1:
            raise ValueError("the last group has one sign")
        number = sum(sign * 45**power for power, sign in enumerate(group))
        found += number.to_bytes(len(group) - 1, "big")
    return bytes(found)


def _parsed(content: bytes) -> EntryProof:
    key, number, at, size, signature, place, steps = _FIXED.unpack_from(content)
    rest = _Rest(content, _FIXED.size)
    path = tuple(rest.take(32) for _ in range(steps))
    chain = rest.take(rest.take(1)[0]).decode()
    seq, before = int.from_bytes(rest.take(4), "big"), rest.take(32)
    entry = rest.take(int.from_bytes(rest.take(2), "big"))
    rest.end()
    head = SealedHead(chain, seq, SealedHead.hash_after(before, entry))
    root = root_by_path(head.leaf, place, size, path)
    seal = Seal(number=number, at=datetime.fromtimestamp(at, UTC), size=size, root=root)
    return EntryProof(SignedSeal(seal, key.hex(), signature), chain, before, seq, entry, place, path)


class _Rest:
    """What is left to read."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def take(self, number: int) -> Any:
        """So many bytes. Raises ValueError."""
        found = self._content[self._at : self._at + number]
        if len(found) != number:
            raise ValueError("it is cut off")
        self._at += number
        return found

    def end(self) -> None:
        """Raises ValueError when anything is left."""
        if self._at != len(self._content):
            raise ValueError("something follows it")
