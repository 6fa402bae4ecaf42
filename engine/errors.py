"""What can go wrong, in the five kinds a caller treats differently.

    OnewindowError
    |- NotFound      there is no such thing, or the caller may not know that there is
    |- Forbidden     the caller is known and may not do this
    |  `- NotSignedIn  nobody is known: sign in first
    |- Refused       a rule or the state of a thing stands against it; asking again unchanged is useless
    |- Invalid       the input is wrong, at the places named
    `- Unavailable   not now: repeat later

Each class that is raised has a stable `code`, builds its own message (expected what, found what) and says what to do in
`remedy`. Status codes of HTTP live in `api/problems.py` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Place:
    """One wrong place in an input."""

    path: str
    """Where, as a JSON pointer (`/answers/0/pin`); empty for the input as a whole."""
    message: str
    """What is wrong there, in words the sender understands."""
    code: str = "invalid"
    """Stable name of the fault, for programs."""


class OnewindowError(Exception):
    """Root of all refusals and failures that Onewindow itself names."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, remedy: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.facts: Mapping[str, Any] = facts
        """The values behind the message, safe to show to the caller."""

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotFound(OnewindowError):
    """There is no such thing, or the caller may not know that there is."""

    code: ClassVar[str] = "not-found"

    @classmethod
    def of(cls, kind: str, key: object) -> NotFound:
        """The usual form: no `kind` with this `key`."""
        return cls(f"There is no {kind} {key!s:.80}.", remedy="Check the identifier.", kind=kind)


class Forbidden(OnewindowError):
    """The caller is known and may not do this."""

    code: ClassVar[str] = "forbidden"


class NotSignedIn(Forbidden):
    """Nobody is known behind the request."""

    code: ClassVar[str] = "not-signed-in"


class Refused(OnewindowError):
    """A rule, or the state of a thing, stands against it."""

    code: ClassVar[str] = "refused"


class Invalid(OnewindowError):
    """The input is wrong at the places named."""

    code: ClassVar[str] = "invalid"

    def __init__(self, message: str, *, places: Iterable[Place] = (), remedy: str = "", **facts: Any) -> None:
        super().__init__(message, remedy=remedy, **facts)
        self.places: tuple[Place, ...] = tuple(places)


class Unavailable(OnewindowError):
    """Something needed does not answer now; nothing was lost, repeat later."""

    code: ClassVar[str] = "unavailable"

    def __init__(self, message: str, *, retry_after_seconds: int = 5, remedy: str = "", **facts: Any) -> None:
        super().__init__(message, remedy=remedy or f"Repeat in {retry_after_seconds} seconds.", **facts)
        self.retry_after_seconds = retry_after_seconds
