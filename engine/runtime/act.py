"""One act in one transaction: who acts, when, on what; and what is written besides at its end.

`transact` is how every use case reaches the database. Journal entries gather during the act and are chained and written
once, with the act's last statement; a worker is woken after the commit, when there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from engine.audit import Entry
from engine.bpmn.kernel.port import SnapshotUnreadable
from engine.casework.actor import Actor
from engine.casework.job import Incident
from engine.casework.task import Task
from engine.feel.effort import Effort
from engine.identity import new_key
from engine.runtime.wiring import Runtime
from engine.store.listening import SOON
from engine.store.records import WaitKind
from engine.store.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(slots=True)
class Act:
    """An act while it is carried out."""

    runtime: Runtime
    work: UnitOfWork
    by: Actor
    at: datetime
    jobs_are_due: bool = False
    """Whether a worker has something to do after the commit."""
    instance_id: str | None = None
    """The instance that is being stepped."""
    opened_tasks: dict[str, Task] = field(default_factory=dict)
    """Tasks the act opened and left open, by id."""
    effort: Effort = field(init=False)
    """Of all expressions and decisions of the transaction, whatever instances they belong to."""
    _entries: dict[str, list[Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        budget = self.runtime.limits.budget
        self.effort = Effort(
            operations=budget.operations_per_element,
            seconds=budget.seconds_per_element,
            clock=self.runtime.processor_seconds,
        )

    def journal(self, chain: str, action: str, subject: str, **detail: Any) -> None:
        """Note what was done; `detail` is plain JSON without personal data."""
        entry = Entry(at=self.at, actor=self.by.account, action=action, subject=subject, detail=detail)
        self._entries.setdefault(chain, []).append(entry)

    def entries(self, chain: str) -> list[Entry]:
        """Take the entries of one chain that are not written yet."""
        return self._entries.pop(chain, [])

    def finish(self) -> None:
        """Write the entries of chains that no instance was saved with."""
        self.work.journal.append_to_many(self._entries)
        self._entries.clear()


def transact(runtime: Runtime, by: Actor, change: Callable[[Act], T]) -> T:
    """Carry out `change` in one transaction and give its result; wake a worker when it left work.

    `change` must be safe to repeat: the database may give way to another transaction. When the snapshot of an instance
    cannot be read, nothing is changed but that its incident is shown, once (fault matrix, row 23).
    """

    acts: list[Act] = []

    def once(work: UnitOfWork) -> tuple[Act, T]:
        act = Act(runtime=runtime, work=work, by=by, at=runtime.clock.now())
        acts.append(act)
        work.jobs.trace = runtime.trace()
        result = change(act)
        act.finish()
        act.jobs_are_due = announce(runtime, work, act.at, is_due=act.jobs_are_due)
        if runtime.before_commit is not None:
            runtime.before_commit(work, result)
        return act, result

    try:
        act, result = runtime.database.run(once)
    except SnapshotUnreadable as unreadable:
        damaged = acts[-1].instance_id if acts else None
        if damaged is not None:
            fault = unreadable
            runtime.database.run(lambda work: _show_damage(runtime, work, damaged, fault))
        raise
    if act.jobs_are_due:
        runtime.wake()
    return result


def announce(runtime: Runtime, work: UnitOfWork, at: datetime, *, is_due: bool = False) -> bool:
    """Tell workers of what a transaction leaves to do soon, together with its commit; gives whether there is any."""
    soonest = work.jobs.soonest
    is_due = is_due or (soonest is not None and soonest <= at + SOON)
    if is_due and runtime.announces():
        work.jobs.announce()
    return is_due


DAMAGED: Final = 0
"""The wait that the incident of an unreadable snapshot stands under; the kernel's own numbers begin at 1."""


def _show_damage(runtime: Runtime, work: UnitOfWork, instance_id: str, fault: SnapshotUnreadable) -> None:
    record = work.instances.lock(instance_id)
    if DAMAGED in record.waits:
        return
    record.waits[DAMAGED] = WaitKind.incident.value
    incident = Incident(
        id=new_key(),
        instance_id=instance_id,
        wait=DAMAGED,
        element_id="",
        code=fault.code,
        message=fault.message,
        remedy=fault.remedy or "Restore the instance from a backup and retry, or cancel it.",
        created_at=runtime.clock.now(),
    )
    work.incidents.raise_many([incident])
    work.instances.save(record)
