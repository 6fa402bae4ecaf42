"""Everything a use case needs, put together once by `onewindow.compose` and by tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from engine.audit import SealKey
from engine.bpmn.kernel.port import Budget, Kernel
from engine.calendar import WorkingCalendar
from engine.casework.retention import Retention
from engine.clock import Clock
from engine.files.kinds import KINDS, KindBounds
from engine.files.nowhere import NoStorage
from engine.files.storage import ContentStorage
from engine.identity import QueueName
from engine.runtime.definitions import DefinitionCache
from engine.runtime.ports import Forms, JobSettings, NoWebhookSecrets, Templates, WebhookSecrets
from engine.safe_xml import XmlLimits
from engine.store.database import Database
from engine.store.unit_of_work import UnitOfWork

BeforeCommit = Callable[[UnitOfWork, Any], None]
"""Runs with the use case's result in its transaction, last before the commit."""


def _nobody_waits() -> None:
    """Where no worker runs in this process."""


def _always() -> bool:
    """Where every commit that leaves work is told of."""
    return True


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
    applications_a_day: int = 0
    """Of one applicant; 0 bounds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """What files may be sent, and what happens with them."""

    most_bytes: int = 20_000_000
    """Of one file."""
    most_piece_bytes: int = 8_000_000
    """Of one piece of an upload."""
    kinds: frozenset[str] = frozenset(KINDS)
    bounds: KindBounds = field(default_factory=KindBounds)
    is_scanned: bool = False
    """Whether a malware scanner is set up."""
    unscanned_is_taken: bool = True
    """Whether files are taken where there is none."""
    most_loose: int = 50
    """Attachments of one account that belong to no case yet."""
    most_loose_bytes: int = 200_000_000
    life: timedelta = timedelta(hours=24)
    """An attachment that no form names in that time is removed; every piece makes it last as long again."""
    garbage_after: timedelta = timedelta(hours=24)
    """Content that nothing holds is kept for so long, for somebody may be about to keep a row of it."""


def _no_trace() -> str | None:
    """Where nothing is traced."""
    return None


def _any_address(_url: str) -> str | None:
    """Where nobody is told anything."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """Who may be told of events, and how often it is tried."""

    secrets: WebhookSecrets = field(default_factory=NoWebhookSecrets)
    address_fault: Callable[[str], str | None] = _any_address
    """What speaks against an address, in one sentence, before anybody is called there; None when nothing does."""
    most_tries: int = 12
    kept_for: timedelta = timedelta(days=30)
    """Events are kept for so long, delivered or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transparency:
    """What people are told of looks at their data, and who may silence some of them for a time."""

    officials_are_named: bool = False
    """Whether people read the names of officials who looked; else office and role only."""
    silence_authority: QueueName | None = None
    """The queue whose members may silence looks; None lets nobody."""
    longest_silence: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The surroundings of all use cases. Shared by threads, never changed."""

    database: Database
    kernel: Kernel
    clock: Clock
    processor_seconds: Callable[[], float] = time.thread_time
    """How long the processor worked for this thread: what bounds expressions, however busy the machine is."""
    calendar: WorkingCalendar
    """Of the country: terms, deadlines and timers count its working days."""
    forms: Forms
    definitions: DefinitionCache
    job_types: Mapping[str, JobSettings] = field(default_factory=lambda: MappingProxyType({}))
    """What a service task may name: connectors, and work that programs outside fetch."""
    functions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Functions the product adds to FEEL."""
    known_queues: Callable[[UnitOfWork], frozenset[QueueName]] | None = None
    """The queues that were set up, asked at deployment; None takes every well-formed name."""
    limits: Limits = field(default_factory=Limits)
    storage: ContentStorage = field(default_factory=NoStorage)
    """Where the content of files is kept. Never called inside a transaction."""
    files: FileRules = field(default_factory=FileRules)
    templates: Templates | None = None
    """Reads templates of documents; None where no document can be made."""
    notices: Templates | None = None
    """Reads templates of notices; None where nobody is told anything."""
    sends_mail: bool = False
    """Whether a mail server is set up; without one the inbox alone tells."""
    webhooks: WebhookRules = field(default_factory=WebhookRules)
    wake: Callable[[], None] = _nobody_waits
    """Called after a commit that left work for a worker."""
    exchanges_kept_for: timedelta = timedelta(days=7)
    """What was said to partners that failed is kept for so long."""
    announces: Callable[[], bool] = _always
    """Whether workers of other processes are told of new work just now; a worker who is told by himself need not."""
    retention: Retention | None = None
    """How long records are kept of services that say nothing of it; None keeps them for good."""
    seal_key: SealKey | None = None
    """The key that seals over the journal are signed with; None where none are made."""
    transparency: Transparency = field(default_factory=Transparency)
    trace: Callable[[], str | None] = _no_trace
    """The span under way, for jobs that go on with it."""
    before_commit: BeforeCommit | None = None

    def recording(self, before_commit: BeforeCommit) -> Runtime:
        """The same, where one thing more is written in the transaction of the use case: the answer to a repetition."""
        return replace(self, before_commit=before_commit)
