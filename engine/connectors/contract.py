"""What every connector is: a name, the settings a model may give it, one call, one check.

A call is made at least once: whoever implements `call` passes `JobRequest.idempotency_key` on, so that the partner can
see a repetition. Values that go in and come out are plain JSON (text, numbers, booleans, None, lists, objects); numbers
with a fraction are `decimal.Decimal`. The tests every connector must pass are `engine.connectors.testing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from engine.casework.evidence import MessageProof
from engine.casework.job import Effect
from engine.connectors.settings import (
    RESULT_VARIABLE,
    About,
    Feel,
    Group,
    Kind,
    Offer,
    ReadyCall,
    Setting,
    SettingsSchema,
    ThrownError,
    Wording,
    said,
)
from engine.errors import Refused, Unavailable

__all__ = [
    "RESULT_VARIABLE",
    "About",
    "BusinessError",
    "Connector",
    "Feel",
    "Group",
    "JobOutcome",
    "JobRequest",
    "Json",
    "Kind",
    "LookupReceipt",
    "Offer",
    "PartnerRefused",
    "PartnerUnavailable",
    "ReadyCall",
    "SecretResolver",
    "Setting",
    "SettingsSchema",
    "Success",
    "ThrownError",
    "Wording",
    "said",
]

Json: TypeAlias = Any
"""A plain JSON value."""

SecretResolver: TypeAlias = Callable[[str], str | None]
"""The value behind a reference such as `population-key`; None when the operator has set none."""


class PartnerUnavailable(Unavailable):
    """The partner does not answer now, or answers nonsense: the job is repeated later."""

    code = "partner-unavailable"


class PartnerRefused(Refused):
    """The partner, or our own configuration, stands against the call: repeating it unchanged is useless."""

    code = "partner-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """One piece of work for a connector."""

    job_id: str
    idempotency_key: str
    """The same for every attempt of one job."""
    request_id: str
    """Of this attempt: stands in our logs and, where the protocol has a place for it, in the partner's."""
    attempt: int = 1
    """From 1."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The model's task headers: this connector's settings."""
    variables: Mapping[str, Json] = field(default_factory=dict)
    """What the model lets the connector see."""
    case_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupReceipt:
    """What was asked of a register and why: becomes the provenance of an evidence."""

    register: str
    operation: str
    purpose: str
    legal_basis: str
    request_id: str
    digest: str
    """SHA-256 of the answer's bytes, in hexadecimal digits."""
    fetched_at: datetime | None = None
    """When the register answered, if not just now."""
    is_reused: bool = False
    """Whether it answered for an earlier case of the same person."""
    proof: MessageProof | None = None
    """By which message it came, over a data exchange layer such as X-Road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """It was done; `variables` go back to the model."""

    variables: Mapping[str, Json] = field(default_factory=dict)
    lookup: LookupReceipt | None = None
    effects: tuple[Effect, ...] = ()
    """What the case keeps beside the variables, in the transaction that completes the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessError:
    """A proper answer that the model treats as an error, such as `no-record`: caught by its error event."""

    code: str
    message: str
    variables: Mapping[str, Json] = field(default_factory=dict)


JobOutcome: TypeAlias = Success | BusinessError


class Connector(Protocol):
    """Something a service task can call. Its methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """Stable name, as models write it in `zeebe:taskDefinition type`."""
        ...

    @property
    def settings(self) -> SettingsSchema:
        """The task headers it understands."""
        ...

    def call(self, request: JobRequest) -> JobOutcome:
        """Do the work. Raises PartnerUnavailable (repeat later) or PartnerRefused (an operator must look)."""
        ...

    def check(self) -> None:
        """Prove the configuration without changing anything. Raises PartnerUnavailable or PartnerRefused."""
        ...
