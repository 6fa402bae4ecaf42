"""What every connector is: a name, the settings a model may give it, one call, one check.

A call is made at least once: whoever implements `call` passes `JobRequest.idempotency_key` on, so that the partner can
see a repetition. Values that go in and come out are plain JSON (text, numbers, booleans, None, lists, objects); numbers
with a fraction are `decimal.Decimal`. The tests every connector must pass are `tests/contract/connectors`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

from engine.casework.evidence import MessageProof
from engine.casework.job import Effect
from engine.errors import Refused, Unavailable

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One task header a connector understands."""

    name: str
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    """The only values; empty allows any text."""
    pattern: str | None = None
    """A regular expression the whole text must fit."""
    example: str = ""
    names: str = ""
    """Kind of the definition that the value names, such as `document`: it must be deployed; empty names none."""

    def fault(self, value: str) -> str | None:
        """What is wrong with a value; None when nothing is."""
        if self.required and not value.strip():
            return f"Expected a value of the header {self.name!r}, found an empty one.{self._hint}"
        if self.choices and value not in self.choices:
            return f"Expected the header {self.name!r} to be one of {', '.join(self.choices)}, found {value!r:.60}."
        if self.pattern and re.fullmatch(self.pattern, value) is None:
            return f"The header {self.name!r} has an unexpected form: {value!r:.60}.{self._hint}"
        return None

    @property
    def _hint(self) -> str:
        return f" Write for example {self.example}." if self.example else ""


@dataclass(frozen=True, slots=True)
class SettingsSchema:
    """All task headers a connector understands; feeds the lint, deployment and the studio."""

    settings: tuple[Setting, ...] = ()

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task, each fault in one sentence."""
        known = {setting.name: setting for setting in self.settings}
        found = [
            f"The connector does not know the header {name!r:.60}; it knows {', '.join(sorted(known)) or 'none'}."
            for name in headers
            if name not in known
        ]
        for setting in self.settings:
            if setting.name in headers:
                fault = None if headers[setting.name].startswith("=") else setting.fault(headers[setting.name])
                if fault:
                    found.append(fault)
            elif setting.required:
                found.append(f"Expected the header {setting.name!r}: {setting.description}{setting._hint}")
        return tuple(found)

    def named(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Definitions that the headers of a task name, as kind and key."""
        for setting in self.settings:
            if setting.names and headers.get(setting.name):
                yield setting.names, headers[setting.name]


RESULT_VARIABLE: Final = Setting(
    name="resultVariable",
    description="the variable that takes the answer.",
    pattern="[^\\W\\d][\\w]*",
    example="person",
)


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
