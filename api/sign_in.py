"""What the API needs of sign-in: a name and a password become a session, and a session ends.

How passwords are kept and compared is `onewindow.accounts`' matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from engine.casework.actor import Actor
from engine.errors import NotSignedIn


class WrongCredentials(NotSignedIn):
    """Name or password is wrong; which of both is told to nobody."""

    code = "wrong-credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has just begun."""

    actor: Actor
    secret: str = field(repr=False)
    """For the cookie; the store keeps only its hash."""
    expires_at: datetime
    """The absolute end."""


class Sessions(Protocol):
    """Sessions of browsers."""

    def sign_in(self, name: str, password: str, description: str) -> SignedIn:
        """Begin a session. Raises WrongCredentials, and TooManyAttempts while the account rests."""
        ...

    def end(self, secret_hash: str, account: str) -> bool:
        """End a session of an account; whether there was one."""
        ...
