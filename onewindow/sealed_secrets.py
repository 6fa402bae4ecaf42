"""Secrets that must be read again are kept sealed (Fernet: AES-128-CBC with HMAC-SHA256) under a key by reference.

`seal` names the secret of the environment; with `<seal>-former` what was sealed before a change of it can be opened.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import Invalid, Refused
from onewindow.settings_reader import Secret, variable_of

_SHORTEST: Final = 32


class SealTooShort(Invalid):
    """The key of sealed secrets can be guessed."""

    code = "seal-too-short"


class NoSeal(Refused):
    """No key is set up to seal secrets with."""

    code = "no-seal"


class SealedElsewhere(Refused):
    """A secret was sealed with another key than this node has."""

    code = "sealed-elsewhere"


def former(seal: str) -> str:
    """The name of the secret that a seal was before it was changed."""
    return f"{seal}-former"


def sealing_box(
    known: Mapping[str, Secret], seal: str, *, purpose: str, too_short: type[SealTooShort] = SealTooShort
) -> MultiFernet | None:
    """What seals and opens under one key and its former one, for one purpose; None without. Raises `too_short`."""
    names = [name for name in (seal, former(seal)) if name in known]
    for name in names:
        if len(known[name].value) < _SHORTEST:
            raise too_short(
                f"{variable_of(name)} has fewer than {_SHORTEST} characters.",
                remedy='Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"',
            )
    keys = [Fernet(_key(known[name].value, purpose)) for name in names]
    return MultiFernet(keys) if seal in known else None


class SealedSecrets:
    """Seals and opens under one key, for one purpose."""

    def __init__(self, known: Mapping[str, Secret], seal: str) -> None:
        self._variable = variable_of(seal)
        self._box = sealing_box(known, seal, purpose=seal)

    @property
    def is_set_up(self) -> bool:
        """Whether there is a key."""
        return self._box is not None

    def seal(self, secret: str) -> str:
        """What is kept of a secret. Raises NoSeal."""
        if self._box is None:
            raise NoSeal(
                "Secrets cannot be kept here: there is no key to seal them with.",
                remedy=f"An operator sets {self._variable}, a random text of {_SHORTEST} characters or more.",
            )
        return self._box.encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """The secret. Raises SealedElsewhere."""
        try:
            if self._box is None:
                raise InvalidToken
            return self._box.decrypt(kept.encode()).decode()
        except InvalidToken:
            raise SealedElsewhere(
                "The secret was sealed with another key than this node has.",
                remedy=f"An operator sets {self._variable} as it was; or use another factor or a recovery code.",
            ) from None


def _key(text: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"onewindow-{purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(text.encode()))
