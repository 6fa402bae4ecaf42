"""What the API and the portal are both given by the composition root: use cases, and how people sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import current_app

from door.access import Authenticate
from door.federation import Federation
from door.sign_in import PasswordCodes, SecondFactors, Sessions, Tokens
from engine.casework.actor import Actor
from engine.clock import Clock
from engine.runtime.wiring import Runtime
from engine.store.queries.tasks import TaskDetail

EXTENSION: Final = "onewindow"
"""Where an application keeps its `DoorServices`."""


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task's form and data as one reader sees them, as plain JSON."""

    form: Mapping[str, Any] | None
    variables: Mapping[str, Any]
    draft: Mapping[str, Any] | None


ShowForm = Callable[[TaskDetail, str, Actor], ShownTask]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorServices:
    """What both doors need."""

    runtime: Runtime
    read: Callable[[], AbstractContextManager[Any]]
    """A connection for queries: it reads what is committed and can change nothing."""
    clock: Clock
    authenticate: Authenticate
    sessions: Sessions
    factors: SecondFactors
    tokens: Tokens
    password_codes: PasswordCodes
    federation: Federation
    show_form: ShowForm
    """The form of a task in a language for a reader, over the values the task sees, and these values."""
    read_signature: Callable[[bytes], Any] = lambda _: None
    """What the signature of a PDF says; None when there is none."""
    cookies_are_secure: bool = False


def shared() -> DoorServices:
    """What the application in whose request we are was given."""
    return cast("DoorServices", current_app.extensions[EXTENSION])
