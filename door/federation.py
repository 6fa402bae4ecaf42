"""What the API needs of identity providers: browsers go there and come back, and a provider ends what it began.

How a provider is asked and believed is `onewindow.federation`'s matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from door.sign_in import Came, SignedIn
from engine.errors import Forbidden, Invalid, Place

LONGEST_PATH = 500


class NotOurs(Forbidden):
    """Who comes back from a provider did not go there from this browser, not lately, or came back before."""

    code = "sign-in-not-begun"


class ProviderSaysNo(Forbidden):
    """The provider did not sign the person in, or she did not want to."""

    code = "sign-in-refused-by-provider"


class UnknownPerson(Forbidden):
    """The provider knows the person, and we do not."""

    code = "no-account"


class LogoutRefused(Invalid):
    """A logout token is not believed (OpenID Connect Back-Channel Logout 1.0, 2.8)."""

    code = "logout-refused"


@dataclass(frozen=True, slots=True)
class Choice:
    """A provider that people may choose."""

    key: str
    title: Mapping[str, str]
    """By language."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A browser on its way to a provider."""

    address: str = field(repr=False)
    """Where it goes."""
    secret: str = field(repr=False)
    """For its cookie: who comes back must bring it."""
    seconds: int
    """How long it has to come back."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A browser that came back and is signed in."""

    signed_in: SignedIn
    return_to: str
    """The path where it goes on."""


class Federation(Protocol):
    """Sign-in with identity providers."""

    def choices(self) -> Sequence[Choice]:
        """The providers that people may choose."""
        ...

    def begin(self, provider: str, return_to: str, came: Came, *, fresh: bool) -> Sent:
        """Send a browser to a provider; with `fresh` the person is to prove herself anew.

        Raises NotFound, Unavailable, TooManyAttempts.
        """
        ...

    def come_back(
        self, provider: str, secret: str, answer: Mapping[str, str], came: Came, former: str | None
    ) -> Returned:
        """Take a provider's answer; the session whose secret hashes to `former` gives way to the new one.

        Raises NotOurs, ProviderSaysNo, UnknownPerson, NotSignedIn, Refused.
        """
        ...

    def sign_out_address(self, provider: str) -> str | None:
        """Where a browser signs out at the provider, too (RP-Initiated Logout 1.0); None where it cannot."""
        ...

    def end_sessions(self, provider: str, logout_token: str) -> int:
        """End the sessions that a provider names (Back-Channel Logout 1.0); gives how many. Raises LogoutRefused."""
        ...


def checked_path(said: str) -> str:
    """A path of ours to go on at: no other host, whatever a browser makes of it. Raises Invalid.

    Browsers take `//host`, `/\\host` and paths with tabs or line ends in them for other hosts (WHATWG URL, 4.4).
    """
    parts = urlsplit(said) if said.isascii() and said.isprintable() and len(said) <= LONGEST_PATH else None
    is_ours = (
        parts is not None
        and said.startswith("/")
        and not said.startswith(("//", "/\\"))
        and "\\" not in said
        and " " not in said
        and not (parts.scheme or parts.netloc)
    )
    if not is_ours:
        raise Invalid(
            "Only a path of this very site can follow a sign-in.",
            places=[Place("?return_to", f"Expected a path of at most {LONGEST_PATH} characters.", "not-ours")],
            remedy="Write a path that begins with one slash, such as /api/v1/me.",
        )
    return said
