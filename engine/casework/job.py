"""A job: automatic work, and the incident it becomes when it fails for good.

waiting --take--> running --finish--> done
running --fail, tries left--> waiting      (later, after its back-off)
running --fail, none left--> failed        (an incident; an operator's retry makes it waiting again)
waiting <--> suspended                     (the timer of a term while the clock stands still)
waiting, running, suspended, failed --> cancelled
running --lease over--> running            (another worker took it)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from engine.calendar import Length
from engine.casework.partner import partner_of
from engine.errors import Invalid, Refused


class JobKind(StrEnum):
    """What a job is for."""

    service = "service"
    """A connector's call."""
    timer = "timer"
    go_on = "go-on"
    """A step that spent its budget goes on."""
    spread = "spread"
    """A signal is handed to one instance, or a process is started by a signal, message or timer."""


class JobState(StrEnum):
    """Where a job stands."""

    waiting = "waiting"
    running = "running"
    suspended = "suspended"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


JOB_MOVES: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.waiting: frozenset({JobState.running, JobState.suspended, JobState.cancelled}),
    JobState.running: frozenset(
        {JobState.running, JobState.waiting, JobState.done, JobState.failed, JobState.cancelled}
    ),
    JobState.suspended: frozenset({JobState.waiting, JobState.cancelled}),
    JobState.failed: frozenset({JobState.waiting, JobState.cancelled}),
    JobState.done: frozenset(),
    JobState.cancelled: frozenset(),
}
"""From each state, the states it may go to."""

DEFAULT_BACKOFF: Final = "PT5S,PT30S,PT2M"


class Effect:
    """Something a service call brought about that the case keeps beside its variables: a payment opened, a file made.

    Each kind is a frozen dataclass in the module of its subject; `engine.runtime.effects` keeps them.
    """

    __slots__ = ()


class LeaseLost(Refused):
    """The worker's lease on a job is over, and another may have taken it: the late result is not used."""

    code = "lease-lost"

    def __init__(self, job_id: str, owner: str) -> None:
        super().__init__(
            f"Expected worker {owner:.60} to hold job {job_id}, but its lease is over or the job is done.",
            remedy="Drop the result; whoever holds the job now does the work, under the same idempotency key.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job."""

    id: str
    kind: JobKind
    type: str = ""
    """Name of the connector; of the timer's or spread's purpose otherwise."""
    instance_id: str | None = None
    """None only for work that no instance stands behind yet, such as a start by timer."""
    wait: int = 0
    element_id: str = ""
    state: JobState = JobState.waiting
    due_at: datetime
    """Not taken before."""
    attempts: int = 0
    """How often it was taken; counted before the work begins."""
    retries: int = 3
    """How often it may be tried in all."""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Task headers of the model."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """FEEL values the work needs: the variables a connector may see; of a timer what its next firing needs."""
    term: str | None = None
    """Name of the statutory term whose end this timer is."""
    last_error: str | None = None
    created_at: datetime
    procedure: str = ""
    """Process of the instance behind it."""
    trace: str | None = None
    """The span in which it was made (W3C `traceparent`); None when nothing was traced."""

    @property
    def partner(self) -> str:
        """Whom it calls, of a service job; empty for the engine's own work."""
        return partner_of(self.type, self.headers) if self.kind is JobKind.service else ""

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this job: a partner that saw it before does nothing again."""
        return self.id

    def backoff(self) -> timedelta:
        """How long to wait before the next try, after `attempts` tries; the last step repeats.

        Read from header `retryBackoff`, ISO durations separated by commas. Raises Invalid when any cannot be read.
        """
        said = self.headers.get("retryBackoff", DEFAULT_BACKOFF)
        steps = [Length.parse(step.strip()) for step in said.split(",")]
        length = steps[min(max(self.attempts, 1), len(steps)) - 1]
        if any(step.years or step.months for step in steps):
            raise Invalid("Expected a back-off of weeks at most, found months or years.", remedy="Write PT5S,PT2M.")
        return timedelta(
            weeks=length.weeks, days=length.days, hours=length.hours, minutes=length.minutes, seconds=length.seconds
        )


class IncidentState(StrEnum):
    """Where an incident stands."""

    open = "open"
    resolved = "resolved"


INCIDENT_MOVES: Final[Mapping[IncidentState, frozenset[IncidentState]]] = {
    IncidentState.open: frozenset({IncidentState.resolved}),
    IncidentState.resolved: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An automatic step that failed for good and awaits repair by an operator."""

    id: str
    instance_id: str | None
    wait: int
    element_id: str
    code: str
    """Stable name of what happened."""
    message: str
    remedy: str = ""
    job_id: str | None = None
    """The job that failed; None for a fault of the model or its data."""
    state: IncidentState = IncidentState.open
    created_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None
