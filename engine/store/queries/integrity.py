"""Everything that is kept of instances, for those who check that it holds together. Reads only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from engine.audit import ChainedEntry, Entry, verify
from engine.casework.job import IncidentState, JobKind, JobState
from engine.casework.task import TaskState
from engine.store.records import WaitKind
from engine.store.rows import table_of
from engine.store.tables import instances, jobs, journal, messages, tasks

_INSTANCE = table_of(instances.Instance)
_ACTIVITY = table_of(instances.Activity)
_TASK = table_of(tasks.Task)
_JOB = table_of(jobs.Job)
_INCIDENT = table_of(jobs.Incident)
_MESSAGE = table_of(messages.MessageWait)
_SIGNAL = table_of(messages.SignalWait)
_ENTRY = table_of(journal.JournalEntry)
_HEAD = table_of(journal.JournalHead)
PAGE: Final = 200
_ENDED_JOBS: Final = (str(JobState.done), str(JobState.cancelled))
_JOBS_OF_WAITS: Final = (str(JobKind.service), str(JobKind.timer))
_OPEN_TASKS: Final = (str(TaskState.open), str(TaskState.claimed))


class KeptLease(NamedTuple):
    """Until when a job belongs to its worker."""

    job: str
    until: datetime
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInstance:
    """Everything that is kept of one instance."""

    id: str
    is_active: bool
    snapshot: bytes | None
    noted: Mapping[str, frozenset[int]]
    """Open waits by `WaitKind`, as the instance notes them."""
    rows: Mapping[str, frozenset[int]]
    """The same by the rows of their tables."""
    goes_on: bool
    """Whether a job stands ready that goes on with it."""
    visits: int
    history: int
    """Rows of history."""
    completed_tasks: Sequence[str]
    entries: Sequence[ChainedEntry]
    head: tuple[int, bytes | None]
    leases: Sequence[KeptLease]
    """Of running jobs."""


def kept_instances(connection: Connection, *, after: str = "", only: str | None = None) -> list[KeptInstance]:
    """A page of instances in the order of their keys, or only one. Eight statements."""
    wanted = _INSTANCE.c.id > after if only is None else _INSTANCE.c.id == only
    found = connection.execute(select(_INSTANCE).where(wanted).order_by(_INSTANCE.c.id).limit(PAGE)).all()
    keys = [row.id for row in found]
    open_ = _Open(keys)
    open_.read_tasks(connection)
    open_.read_jobs(connection)
    open_.read_subscriptions(connection)
    open_.read_incidents(connection)
    history = _counts(connection, keys)
    entries = _entries(connection, keys)
    return [
        KeptInstance(
            id=row.id,
            is_active=row.state == "active",
            snapshot=row.snapshot,
            noted=_noted(row.waits),
            rows={kind: frozenset(some) for kind, some in open_.waits[row.id].items()},
            goes_on=row.id in open_.going_on,
            visits=row.visits,
            history=history.get(row.id, 0),
            completed_tasks=open_.completed[row.id],
            entries=entries[row.id],
            head=(row.journal_seq, row.journal_hash),
            leases=open_.leases[row.id],
        )
        for row in found
    ]


class _Open:
    """What some instances wait for, by the rows of their tables."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self.waits: dict[str, dict[str, set[int]]] = {key: {str(kind): set() for kind in WaitKind} for key in keys}
        self.completed: dict[str, list[str]] = defaultdict(list)
        self.leases: dict[str, list[KeptLease]] = defaultdict(list)
        self.going_on: set[str] = set()

    def read_tasks(self, connection: Connection) -> None:
        statement = select(_TASK.c.instance_id, _TASK.c.wait, _TASK.c.state)
        for row in connection.execute(statement.where(_TASK.c.instance_id.in_(self._keys))):
            if row.state in _OPEN_TASKS:
                self.waits[row.instance_id]["t"].add(row.wait)
            elif row.state == str(TaskState.completed):
                self.completed[row.instance_id].append(f"{row.instance_id}-{row.wait}")

    def read_jobs(self, connection: Connection) -> None:
        statement = select(
            _JOB.c.id, _JOB.c.instance_id, _JOB.c.wait, _JOB.c.kind, _JOB.c.state, _JOB.c.lease_until, _JOB.c.partner
        ).where(_JOB.c.instance_id.in_(self._keys), _JOB.c.state.not_in(_ENDED_JOBS))
        for row in connection.execute(statement):
            if row.kind in _JOBS_OF_WAITS:
                self.waits[row.instance_id]["j"].add(row.wait)
            else:
                self.going_on.add(row.instance_id)
            if row.state == str(JobState.running) and row.lease_until is not None:
                self.leases[row.instance_id].append(KeptLease(row.id, row.lease_until, row.partner))

    def read_subscriptions(self, connection: Connection) -> None:
        for table, kind in ((_MESSAGE, "m"), (_SIGNAL, "s")):
            statement = select(table.c.instance_id, table.c.wait).where(table.c.instance_id.in_(self._keys))
            for row in connection.execute(statement):
                self.waits[row.instance_id][kind].add(row.wait)

    def read_incidents(self, connection: Connection) -> None:
        statement = select(_INCIDENT.c.instance_id, _INCIDENT.c.wait).where(
            _INCIDENT.c.instance_id.in_(self._keys),
            _INCIDENT.c.state == str(IncidentState.open),
            _INCIDENT.c.job_id.is_(None),
        )
        for row in connection.execute(statement):
            self.waits[row.instance_id]["i"].add(row.wait)


def chain_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """The chains that no instance stands behind and that do not hold, and why."""
    for head in connection.execute(select(_HEAD).order_by(_HEAD.c.chain)).all():
        broken = verify(_entries(connection, [head.chain])[head.chain], (head.seq, head.hash))
        if broken is not None:
            yield head.chain, f"Entry {broken.seq}: {broken.reason}"


def _noted(text: str | None) -> dict[str, frozenset[int]]:
    """Kinds may carry more behind their letter, such as whose task it is."""
    noted: dict[str, set[int]] = {str(kind): set() for kind in WaitKind}
    for wait, kind in json.loads(text or "{}").items():
        noted[kind[0]].add(int(wait))
    return {kind: frozenset(some) for kind, some in noted.items()}


def _counts(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    counted = (
        select(_ACTIVITY.c.instance_id, func.count())
        .where(_ACTIVITY.c.instance_id.in_(keys))
        .group_by(_ACTIVITY.c.instance_id)
    )
    return {row[0]: row[1] for row in connection.execute(counted)}


def _entries(connection: Connection, chains: Sequence[str]) -> Mapping[str, list[ChainedEntry]]:
    found: dict[str, list[ChainedEntry]] = defaultdict(list)
    statement = select(_ENTRY).where(_ENTRY.c.chain.in_(chains)).order_by(_ENTRY.c.chain, _ENTRY.c.seq)
    for row in connection.execute(statement):
        found[row.chain].append(ChainedEntry(row.seq, _entry(row), bytes(row.hash)))
    return found


def _entry(row: Any) -> Entry:
    return Entry(at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail or {})
