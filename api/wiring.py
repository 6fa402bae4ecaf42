"""What the API is given by the composition root: values and use cases, nothing it makes or opens itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from api.grants import ClientCredentials
from api.long_poll import LongPolls
from door.json_door import JsonLimits
from door.telemetry import Figures
from door.wiring import EXTENSION, DoorServices


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices(DoorServices):
    """Everything the views need."""

    client_credentials: ClientCredentials
    figures: Figures
    is_ready: Callable[[], Mapping[str, str]]
    """Faults by name; empty when requests can be answered."""
    json_limits: JsonLimits
    element_templates: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: ()
    """The connectors as forms for modelers, in a language."""
    long_polls: LongPolls = field(default_factory=LongPolls)
    places: int | None = None
    """How many requests are worked on at once; None for any number."""
    upload_bytes: int = 20_000_000
    """Of one deployment, all files together."""
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
