"""What the API needs to give short-lived tokens for API tokens; how is `onewindow.client_credentials`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from engine.errors import Refused


class GrantRefused(Refused):
    """There is no token for this request; `error` is the standard's word (RFC 6749, 5.2)."""

    code = "grant-refused"

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A short-lived token."""

    token: str = field(repr=False)
    seconds: int
    scopes: tuple[str, ...] | None
    """None for all that the account may."""


class ClientCredentials(Protocol):
    """Gives short-lived tokens."""

    def issue(self, client: str, secret: str, scopes: tuple[str, ...] | None) -> Issued:
        """A token for the API token `client` whose secret this is. Raises GrantRefused."""
        ...
