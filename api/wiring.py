"""What the API is given by the composition root: values and use cases, nothing it makes or opens itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, cast

from flask import current_app

from api.access import Authenticate
from api.federation import Federation
from api.grants import ClientCredentials
from api.json_door import JsonLimits
from api.long_poll import LongPolls
from api.sign_in import PasswordCodes, SecondFactors, Sessions, Tokens
from api.telemetry import Figures
from engine.casework.actor import Actor
from engine.clock import Clock
from engine.runtime.wiring import Runtime
from engine.store.queries.tasks import TaskDetail

EXTENSION: Final = "onewindow"


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task's form and data as one reader sees them, as plain JSON."""

    form: Mapping[str, Any] | None
    variables: Mapping[str, Any]
    draft: Mapping[str, Any] | None


ShowForm = Callable[[TaskDetail, str, Actor], ShownTask]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """Everything the views need."""

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
    client_credentials: ClientCredentials
    show_form: ShowForm
    """The form of a task in a language for a reader, over the values the task sees, and these values."""
    figures: Figures
    is_ready: Callable[[], Mapping[str, str]]
    """Faults by name; empty when requests can be answered."""
    json_limits: JsonLimits
    read_signature: Callable[[bytes], Any] = lambda _: None
    """What the signature of a PDF says; None when there is none."""
    element_templates: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: ()
    """The connectors as forms for modelers, in a language."""
    long_polls: LongPolls = field(default_factory=LongPolls)
    places: int | None = None
    """How many requests are worked on at once; None for any number."""
    upload_bytes: int = 20_000_000
    """Of one deployment, all files together."""
    cookies_are_secure: bool = False
    payment_callback_secret: str | None = None
    """What the payment provider signs its callbacks with; None refuses them all."""
    notice_callback_secret: str | None = None
    """What the SMS gateway, and whoever posts bounces, sign with; None refuses them all."""
    notice_domain: str = "onewindow.invalid"
    """What makes the UIDs of calendar files the world's only ones."""
    metrics_are_open: bool = True
    shared_metrics_folder: str | None = None
    """Where several processes add up their figures; None for one process."""
    engine_name: str = "onewindow"


def services() -> ApiServices:
    """What the application in whose request we are was given."""
    return cast("ApiServices", current_app.extensions[EXTENSION])
