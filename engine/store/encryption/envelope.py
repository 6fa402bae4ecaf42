"""One encrypted value: AES-256-GCM (NIST SP 800-38D), bound to its place.

    ow1: | length of the owner's name | owner | nonce, 12 bytes | ciphertext and tag of 16 bytes

`ow1` names form and algorithm, so that both can change while older values are still read. The associated data are the
form, the column, the key of the row and the owner: a value that was moved to another column, row or person does not
open. In columns of text all behind the prefix is base64.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import Refused

PREFIX: Final = "ow1:"
"""What every encrypted value begins with."""
KEY_BYTES: Final = 32
_PREFIX: Final = PREFIX.encode()
_NONCE: Final = 12
_SEPARATOR: Final = "\x1f"


class NotAuthentic(Refused):
    """A kept value was changed, or was written for another place."""

    code = "not-authentic"

    def __init__(self, place: str) -> None:
        super().__init__(
            f"A value of {place} was changed outside of Onewindow, or belongs to another row.",
            remedy="Tell the operator: restore the row from a backup, and find out who changed it.",
            place=place,
        )


def cipher_of(key: bytes) -> AESGCM:
    """What encrypts and decrypts under a key of 32 bytes."""
    return AESGCM(key)


def new_key() -> bytes:
    """A fresh key."""
    return os.urandom(KEY_BYTES)


def encrypt(cipher: AESGCM, place: str, row: str, owner: str, clear: bytes) -> bytes:
    """A value as it is kept in a column of bytes."""
    name, nonce = owner.encode(), os.urandom(_NONCE)
    sealed = cipher.encrypt(nonce, clear, _associated(place, row, owner))
    return _PREFIX + bytes((len(name),)) + name + nonce + sealed


def decrypt(cipher: AESGCM, place: str, row: str, kept: bytes) -> bytes:
    """The value again. Raises NotAuthentic."""
    owner = owner_of(kept)
    start = len(_PREFIX) + 1 + len(owner)
    try:
        bound = _associated(place, row, owner)
        return cipher.decrypt(kept[start : start + _NONCE], kept[start + _NONCE :], bound)
    except (InvalidTag, ValueError):
        raise NotAuthentic(place) from None


def is_encrypted(kept: str | bytes) -> bool:
    """Whether a kept value is one of this form."""
    return kept.startswith(PREFIX) if isinstance(kept, str) else kept.startswith(_PREFIX)


def owner_of(kept: bytes) -> str:
    """Whose key a value was encrypted under, as far as it says so."""
    start = len(_PREFIX) + 1
    length = kept[start - 1] if len(kept) >= start else 0
    return kept[start : start + length].decode("latin-1")


def as_text(kept: bytes) -> str:
    """For a column of text."""
    return PREFIX + base64.b64encode(kept[len(_PREFIX) :]).decode()


def from_text(kept: str, place: str) -> bytes:
    """The same back. Raises NotAuthentic."""
    try:
        return _PREFIX + base64.b64decode(kept[len(PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise NotAuthentic(place) from None


def _associated(place: str, row: str, owner: str) -> bytes:
    return _SEPARATOR.join((PREFIX, place, owner, row)).encode()
