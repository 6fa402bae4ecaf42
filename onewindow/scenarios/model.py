"""What a scenario says: who applies, how partners answer, what happens, what must then be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias


class PartnerMood(StrEnum):
    """How a partner meets a call."""

    answers = "answers"
    no_record = "no-record"
    """It knows no such record."""
    down = "down"
    """It does not answer; the call is repeated."""
    refuses = "refuses"
    """It turns the call down; repeating is useless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerScript:
    """How calls of one kind are met from now on. The newest script that fits is followed."""

    connector: str = "register"
    register: str | None = None
    """None fits every register."""
    operation: str | None = None
    """As the model writes it; None fits every operation."""
    mood: PartnerMood = PartnerMood.answers
    answer: Any = None
    times: int | None = None
    """For so many calls; then older scripts hold again. None for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who applies."""

    name: str = "Applicant"
    pin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """The applicant sends the application form."""

    answers: Mapping[str, Any]
    refused: Mapping[str, str] | None = None
    """Expected faults, JSON pointer -> code; None when it must be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Somebody takes and completes an open task, by its element id."""

    task: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    """A queue `agency:role`, or `applicant`; None for whoever may."""
    refused: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Time passes: everything that falls due happens at its moment."""

    length: str | None = None
    """ISO 8601, in days, hours, minutes or seconds."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """A message comes in from outside."""

    name: str
    key: str | None = None
    """None for the number of the case."""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """The applicant pays the open payment at the provider's page, is declined, or cancels."""

    outcome: str
    """`paid`, `failed` or `cancelled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The applicant takes the application back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What must be so now; None is not looked at."""

    state: str | None = None
    milestone: str | None = None
    tasks: tuple[str, ...] | None = None
    """Element ids of exactly the open tasks."""
    queues: Mapping[str, str] | None = None
    """Element id of an open task -> its queue, or `applicant`."""
    outcome: str | None = None
    reasons: tuple[str, ...] | None = None
    """Codes of the decision's reasons, in any order."""
    evidence: Mapping[str, str] | None = None
    """Key -> provenance of its newest proof."""
    clock: str | None = None
    """`running` or `stopped`."""
    deadline: str | None = None
    """Date (local) of the deadline, or `none`."""
    incidents: tuple[str, ...] | None = None
    """Element ids of open incidents."""
    calls: Mapping[str, int] | None = None
    """`register METHOD /path` -> how often it was called in all."""
    payments: tuple[str, ...] | None = None
    """States of all payments of the case, the first one first."""
    notices: tuple[str, ...] | None = None
    """Templates of all notices of the case, the first one first."""
    holds: tuple[str, ...] = ()
    """FEEL conditions over the variables of the process."""


Step: TypeAlias = Apply | Complete | Advance | SendMessage | Pay | Withdraw | Expect | PartnerScript


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story from beginning to end."""

    file: str
    title: str
    at: datetime
    """When it begins."""
    applicant: Person
    partners: tuple[PartnerScript, ...]
    steps: tuple[Step, ...]
    lines: tuple[int, ...]
    """Line of each step in the file, from 1."""
