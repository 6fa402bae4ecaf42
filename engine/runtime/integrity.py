"""What must hold whatever happened to machines: the invariants, checked against all that is kept.

I2 to I7 of the fault matrix: each act once, snapshot and rows agree, nobody waits for nothing, journal and books are
right, no lease is forgotten, and the database itself is sound. Each rule has a stable name. An instance that seems
wrong is looked at again under its lock, so that a busy database is not accused of what is only just being written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from engine.audit import verify
from engine.bpmn.kernel.port import SnapshotUnreadable
from engine.runtime.wiring import Runtime
from engine.store.damage import damages
from engine.store.queries.books import book_faults
from engine.store.queries.integrity import KeptInstance, chain_faults, kept_instances
from engine.store.queries.partners import troubled_partners
from engine.store.queries.retention import left_of_erased

LATE_LEASE: Final = timedelta(seconds=60)
"""A job that runs this long past its lease, one lease more, has no worker, and nobody took it over."""
TASK_COMPLETED: Final = "task.completed"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be, and is."""

    rule: str
    """Stable name, such as `dead-instance`."""
    subject: str
    """The key of what it is about."""
    message: str


@dataclass(slots=True, kw_only=True)
class IntegrityReport:
    """What was looked at, and what does not hold."""

    instances: int = 0
    tasks: int = 0
    visits: int = 0
    entries: int = 0
    violations: list[Violation] = field(default_factory=list)


def check_integrity(
    runtime: Runtime, progress: Callable[[int], object] = lambda _: None, *, late: timedelta = LATE_LEASE
) -> IntegrityReport:
    """Look at all that is kept, a page of instances at a time; `progress` is told how many were looked at.

    `late` is how far a job may run past its lease.
    """
    report, after = IntegrityReport(), ""
    report.violations += [Violation("database-damaged", name, why) for name, why in damages(runtime.database.url)]
    with runtime.database.read() as connection:
        left_alone = frozenset(one.name for one in troubled_partners(connection) if one.open_until is not None)
    rules = _Rules(runtime, late, left_alone)
    while True:
        with runtime.database.read() as connection:
            page = kept_instances(connection, after=after)
        if not page:
            break
        for kept in page:
            report.instances += 1
            report.tasks += len(kept.completed_tasks) + len(kept.rows["t"])
            report.visits += kept.history
            report.entries += len(kept.entries)
            if any(True for _ in rules.broken_by(kept)):
                report.violations += _again(rules, kept.id)
        after = page[-1].id
        progress(report.instances)
    with runtime.database.read() as connection:
        report.violations += [Violation("journal-broken", name, why) for name, why in chain_faults(connection)]
        report.violations += [
            Violation("erased-but-kept", case, f"Its record was erased, and table {table} still has something of it.")
            for case, table in left_of_erased(connection)
        ]
        report.violations += [Violation("books-wrong", name, why) for name, why in book_faults(connection)]
    return report


@dataclass(frozen=True, slots=True)
class _Rules:
    """What must hold of an instance, now."""

    runtime: Runtime
    late: timedelta
    left_alone: frozenset[str]
    """Partners whose circuit is open: nobody takes their jobs over meanwhile."""

    def broken_by(self, kept: KeptInstance) -> Iterator[Violation]:
        """What does not hold of an instance."""
        yield from _waits(self.runtime, kept)
        yield from _acts(kept)
        broken = verify(kept.entries, kept.head)
        if broken is not None:
            yield Violation("journal-broken", kept.id, f"Entry {broken.seq}: {broken.reason}")
        for lease in kept.leases:
            if lease.until < self.runtime.clock.now() - self.late and lease.partner not in self.left_alone:
                told = f"Its lease ended at {lease.until.isoformat()}, and it still runs."
                yield Violation("lease-forgotten", lease.job, told)


def _again(rules: _Rules, instance_id: str) -> list[Violation]:
    with rules.runtime.database.work() as work:
        work.instances.lock(instance_id)
        (kept,) = kept_instances(work.reading, only=instance_id)
        return list(rules.broken_by(kept))


def _waits(runtime: Runtime, kept: KeptInstance) -> Iterator[Violation]:
    """I3 and I4: snapshot, notes and rows agree; who is open waits for something, who has ended for nothing."""
    for kind in sorted(kept.noted.keys() | kept.rows.keys()):
        noted, rows = kept.noted.get(kind, frozenset()), kept.rows.get(kind, frozenset())
        if noted != rows:
            found = f"it notes {sorted(noted)} of kind {kind}, its rows say {sorted(rows)}"
            yield Violation("waits-differ", kept.id, f"Open waits differ: {found}.")
    waits = frozenset().union(*kept.noted.values()) if kept.noted else frozenset()
    if not kept.is_active:
        if waits or any(kept.rows.values()):
            yield Violation("ended-but-waiting", kept.id, "It has ended, and something of it is still open.")
        if kept.snapshot is not None:
            yield Violation("ended-with-snapshot", kept.id, "It has ended, and its snapshot was kept.")
        return
    try:
        by_snapshot = runtime.kernel.open_waits(kept.snapshot or b"")
    except SnapshotUnreadable as unreadable:
        yield Violation("snapshot-unreadable", kept.id, unreadable.message)
    else:
        if lost := by_snapshot - waits - kept.rows["i"]:
            yield Violation("wait-lost", kept.id, f"Its snapshot waits for {sorted(lost)}, of which no row knows.")
    if not waits and not kept.goes_on and not kept.rows.get("i"):
        yield Violation("dead-instance", kept.id, "It is open, and waits for nothing: no person or job will go on.")


def _acts(kept: KeptInstance) -> Iterator[Violation]:
    """I2 and I3: each task was completed once, and history has a row for each visit."""
    done = Counter(entry.entry.subject for entry in kept.entries if entry.entry.action == TASK_COMPLETED)
    for task, times in done.items():
        if times > 1:
            yield Violation("task-done-twice", task, f"The journal says {times} times that it was completed.")
    if kept.entries:
        for task in kept.completed_tasks:
            if not done[task]:
                yield Violation("act-without-entry", task, "It is completed, and the journal says nothing of it.")
    if kept.history != kept.visits:
        found = f"{kept.visits} visits were made, and {kept.history} stand in its history"
        yield Violation("history-differs", kept.id, f"History is not whole: {found}.")
