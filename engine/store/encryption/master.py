"""Master keys: the only keys that stand outside of the database. Several may be known, one of them wraps what is new.

A master key is a long random text that an operator keeps by reference. What wraps is derived from it (HKDF with
SHA-256, RFC 5869), so that the text itself encrypts nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import Invalid, Refused
from engine.store.encryption import envelope

SHORTEST: Final = 32
"""Characters of the text."""
_WRAPPED: Final = "key"
"""The place that wrapped keys are bound to."""


class MasterKeyTooShort(Invalid):
    """A master key can be guessed."""

    code = "master-key-too-short"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The master key {name} has fewer than {SHORTEST} characters.",
            remedy='Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"',
        )


class NoMasterKey(Refused):
    """Personal data cannot be read or written here."""

    code = "no-master-key"

    def __init__(self) -> None:
        super().__init__(
            "There is no master key: personal data can be neither read nor written.",
            remedy="Set ONEWINDOW_SECRET_MASTER_KEY_FILE to a file with a random text of 32 characters or more, "
            "such as `openssl rand -base64 48` makes, and keep a copy apart from the backups.",
        )


class MasterKeyMissing(Refused):
    """Keys in the database are wrapped with a master key that is not known here."""

    code = "master-key-missing"

    def __init__(self, name: str) -> None:
        variable = "ONEWINDOW_SECRET_" + name.upper().replace("-", "_")
        super().__init__(
            f"Personal data of this database are encrypted under the master key {name}, which is not set here.",
            remedy=f"Set {variable}, or {variable}_FILE or {variable}_COMMAND, beside the others.",
            master=name,
        )


class MasterKeyWrong(Refused):
    """A master key of the right name does not open what was wrapped with it."""

    code = "master-key-wrong"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The master key {name} is not the one that this database was encrypted under.",
            remedy="Set it to the text it had; a new one gets a new name (docs/operator/keys.md).",
            master=name,
        )


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """Those that are known here, and which one wraps."""

    current: str
    _ciphers: Mapping[str, AESGCM] = field(repr=False)

    @classmethod
    def of(cls, texts: Mapping[str, str], current: str) -> MasterKeys:
        """The keys of these texts, by name; `current` is one of the names. Raises MasterKeyTooShort."""
        for name, text in texts.items():
            if len(text) < SHORTEST:
                raise MasterKeyTooShort(name)
        if current not in texts:
            raise MasterKeyMissing(current)
        return cls(current, {name: envelope.cipher_of(_derived(text)) for name, text in texts.items()})

    @classmethod
    def for_the_moment(cls) -> MasterKeys:
        """A key that nobody keeps, for a database that is thrown away."""
        return cls.of({"moment": secrets.token_urlsafe(48)}, "moment")

    @property
    def names(self) -> frozenset[str]:
        """Those that are known."""
        return frozenset(self._ciphers)

    def wrap(self, owner: str, key: bytes) -> bytes:
        """A key of somebody, under the current master key."""
        return envelope.encrypt(self._ciphers[self.current], _WRAPPED, owner, _of_master(self.current), key)

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """The key again. Raises MasterKeyMissing, MasterKeyWrong."""
        name = envelope.owner_of(wrapped).removeprefix("m")
        if name not in self._ciphers:
            raise MasterKeyMissing(name)
        try:
            return envelope.decrypt(self._ciphers[name], _WRAPPED, owner, wrapped)
        except envelope.NotAuthentic:
            raise MasterKeyWrong(name) from None


def wrap_under(cipher: AESGCM, parent: str, owner: str, key: bytes) -> bytes:
    """A key of somebody, under the key of somebody else, such as that of a case under its applicant's."""
    return envelope.encrypt(cipher, _WRAPPED, owner, parent, key)


def unwrap_under(cipher: AESGCM, owner: str, wrapped: bytes) -> bytes:
    """The key again. Raises NotAuthentic."""
    return envelope.decrypt(cipher, _WRAPPED, owner, wrapped)


def _of_master(name: str) -> str:
    return f"m{name}"


def _derived(text: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=envelope.KEY_BYTES, salt=None, info=b"onewindow-master-key").derive(
        text.encode()
    )
