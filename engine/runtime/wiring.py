"""Everything a use case needs, put together once by `onewindow.compose` and by tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from engine.bpmn.kernel.port import Budget, Kernel
from engine.calendar import WorkingCalendar
from engine.clock import Clock
from engine.identity import QueueName
from engine.runtime.definitions import DefinitionCache
from engine.runtime.ports import Forms, JobSettings
from engine.safe_xml import XmlLimits
from engine.store.database import Database
from engine.store.unit_of_work import UnitOfWork

BeforeCommit = Callable[[UnitOfWork, Any], None]
"""Runs with the use case's result in its transaction, last before the commit."""


def _nobody_waits() -> None:
    """Where no worker runs in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what comes in and on what runs."""

    xml: XmlLimits = field(default_factory=XmlLimits)
    bundle_bytes: int = 20_000_000
    bundle_files: int = 200
    budget: Budget = field(default_factory=Budget)
    longest_message_life: timedelta = timedelta(days=30)
    """A message is kept for at most so long when nobody waits for it."""
    thrown_message_life: timedelta = timedelta(hours=1)
    """The same for a message that a model throws."""
    automatic_retries: int = 5
    """How often a timer or another job of the engine's own is tried before it is an incident."""
    longest_lease: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The surroundings of all use cases. Shared by threads, never changed."""

    database: Database
    kernel: Kernel
    clock: Clock
    calendar: WorkingCalendar
    """Of the country: terms, deadlines and timers count its working days."""
    forms: Forms
    definitions: DefinitionCache
    job_types: Mapping[str, JobSettings] = field(default_factory=lambda: MappingProxyType({}))
    """What a service task may name: connectors, and work that programs outside fetch."""
    functions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Functions the product adds to FEEL."""
    queue_exists: Callable[[UnitOfWork, QueueName], bool] | None = None
    """Whether a queue was set up, asked at deployment; None takes every well-formed name."""
    limits: Limits = field(default_factory=Limits)
    wake: Callable[[], None] = _nobody_waits
    """Called after a commit that left work for a worker."""
    before_commit: BeforeCommit | None = None

    def recording(self, before_commit: BeforeCommit) -> Runtime:
        """The same, where one thing more is written in the transaction of the use case: the answer to a repetition."""
        return replace(self, before_commit=before_commit)
