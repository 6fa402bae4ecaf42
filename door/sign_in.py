"""What the API needs of sign-in: passwords, second factors and tokens become sessions and callers, and these end.

How each is kept and compared is `onewindow`'s matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from engine.casework.actor import Actor
from engine.errors import Forbidden, NotSignedIn, Refused


class WrongCredentials(NotSignedIn):
    """Name or password is wrong; which of both is told to nobody."""

    code = "wrong-credentials"


class WrongProof(Forbidden):
    """A code is wrong or was used before, or a passkey did not sign what it was asked to."""

    code = "wrong-second-factor"


class NeedsSession(Refused):
    """Only a signed-in person can do this, no token."""

    code = "needs-session"


class Way(StrEnum):
    """How a second factor is proved."""

    totp = "totp"
    """A code of an authenticator app (RFC 6238)."""
    passkey = "passkey"
    """WebAuthn."""
    recovery_code = "recovery-code"


@dataclass(frozen=True, slots=True)
class Came:
    """Where a request came from."""

    address: str | None
    browser: str
    """As it named itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has just begun, or got a new secret."""

    actor: Actor
    secret: str = field(repr=False)
    """For the cookie; the store keeps only its hash."""
    expires_at: datetime
    """The absolute end."""
    is_whole: bool = True
    """False until a second factor is proved: the session may do nothing else."""
    ways: tuple[Way, ...] = ()
    """How that can be done; none when the account must add a factor first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The caller's session, as it changes its own credentials."""

    actor: Actor
    secret_hash: str
    password_at: datetime | None
    """When the password was last proved."""
    has_factor: bool
    """Whether the account has a second factor."""
    came: Came


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is shown as a second factor."""

    way: Way
    code: str = field(default="", repr=False)
    challenge: str = ""
    """Key of the challenge that a passkey signed."""
    credential: Mapping[str, Any] = field(default_factory=dict)
    """What the browser gave for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """An authenticator app to be; it counts once a code of it is shown."""

    id: str
    secret: str = field(repr=False)
    uri: str = field(repr=False)
    """For a QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a browser is asked to let a passkey do."""

    challenge: str
    """Key to send back with the answer."""
    options: Mapping[str, Any]
    """For `navigator.credentials`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFactor:
    """A factor that was added, and the session it was proved in."""

    id: str
    recovery_codes: Sequence[str] = field(repr=False)
    """Shown this once, with the first factor; else none."""
    signed_in: SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token, with the secret that is shown this once."""

    id: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A code that sets a password once, shown this once."""

    code: str = field(repr=False)
    expires_at: datetime


class Sessions(Protocol):
    """Sessions of browsers."""

    def sign_in(self, name: str, password: str, came: Came) -> SignedIn:
        """Begin a session. Raises WrongCredentials, and TooManyAttempts while name or address rests."""
        ...

    def end(self, session_id: str, account: str, by: Actor) -> bool:
        """End a session of an account; whether there was one."""
        ...

    def end_others(self, account: str, but: str | None, by: Actor) -> int:
        """End all sessions of an account but one; gives how many."""
        ...

    def change_password(self, who: Who, current: str, new: str) -> SignedIn:
        """Change the own password; all other sessions end. Raises WrongCredentials, StepUpNeeded, WeakPassword."""
        ...


class SecondFactors(Protocol):
    """Second factors of the caller's account. Changes raise StepUpNeeded without a fresh proof."""

    def begin_app(self, who: Who, name: str) -> NewApp:
        """An authenticator app to be. Raises Refused where no secrets can be kept."""
        ...

    def confirm_app(self, who: Who, factor_id: str, code: str) -> AddedFactor:
        """Show that it works. Raises NotFound, WrongProof."""
        ...

    def begin_passkey(self, who: Who) -> Ceremony:
        """What a browser is asked for a new passkey. Raises Refused where the address allows none."""
        ...

    def add_passkey(self, who: Who, challenge: str, name: str, credential: Mapping[str, Any]) -> AddedFactor:
        """Keep a new passkey. Raises WrongProof."""
        ...

    def remove(self, who: Who, factor_id: str) -> None:
        """Take a factor away. Raises NotFound, Refused for an official's last one."""
        ...

    def new_recovery_codes(self, who: Who) -> Sequence[str]:
        """Codes in place of those before. Raises Refused without a factor."""
        ...

    def ask_passkey(self, who: Who) -> Ceremony:
        """What a browser is asked to prove a passkey. Raises Refused without one."""
        ...

    def prove(self, who: Who, proof: Proof) -> SignedIn:
        """Prove a factor in a session, which gets a new secret. Raises WrongProof, TooManyAttempts."""
        ...


class Tokens(Protocol):
    """API tokens."""

    def make(self, who: Who, account: str, name: str, days: int, scopes: Sequence[str] | None) -> NewToken:
        """Make a token of the own account or of a program's. Raises StepUpNeeded, Refused, NotFound."""
        ...

    def revoke(self, by: Actor, token_id: str, account: str) -> None:
        """Take a token away. Raises NotFound."""
        ...


class PasswordCodes(Protocol):
    """Codes by which somebody sets her password without the one before."""

    def make(self, who: Who, account: str) -> NewCode:
        """Make a code for an account. Raises StepUpNeeded, Forbidden, NotFound."""
        ...

    def use(self, name: str, code: str, password: str, came: Came) -> None:
        """Set a password by a code. Raises WrongCredentials, TooManyAttempts, WeakPassword."""
        ...
