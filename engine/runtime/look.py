"""A read of personal data, and the entry that tells of it: both in one transaction. No entry, no data.

`look` is how everything is read that may be data of another person. `read` says what was shown, and whose it was; the
entries are chained and written with the last statement, before the answer leaves. When they cannot be written, the
transaction fails and with it the read. Somebody who can see nothing but what is her own (no duty, no mandate) reads
without a transaction: then there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.casework.actor import Actor
from engine.casework.look import Ground, LookKind, SeenCase, ground_of, looks_chain, told_of_look
from engine.casework.step_up import is_official
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.queries.looks import seen_cases, seen_instances

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looking:
    """A read under way: its connection, and what is told of it."""

    connection: Any
    """For queries."""
    by: Actor
    act: Act | None
    """None where the reader can see nothing but her own."""

    def at_case(self, what: LookKind, case_id: str, subject: str | None = None) -> None:
        """`what` of a case was shown; `subject` is what it was, where it is not the case as a whole."""
        self.at_cases(what, {case_id: subject or case_id})

    def at_cases(self, what: LookKind, subjects: Mapping[str, str]) -> None:
        """`what` of several cases was shown, in a list; the subject by the key of its case. One statement."""
        if self.act is not None:
            for seen in seen_cases(self.connection, subjects):
                self._note(what, subjects[seen.chain_of], seen)

    def at_instances(self, what: LookKind, instance_ids: Collection[str]) -> None:
        """`what` of process instances was shown, and so of the cases behind them. One statement."""
        if self.act is not None:
            for seen in seen_instances(self.connection, instance_ids):
                self._note(what, seen.chain_of, seen)

    def at_task(self, task: Task) -> None:
        """A task was shown with what stands in it. One statement."""
        if self.act is None:
            return
        for seen in seen_instances(self.connection, [task.instance_id]):
            ground = ground_of(self.by, seen, task.queue)
            if ground is not None and (task.queue is not None or task.principal != self.by.account):
                told = told_of_look(self.by, ground, seen, task.queue, task.element_id)
                self.act.journal(looks_chain(seen.chain_of), LookKind.task, task.id, **told)

    def at_account(self, what: LookKind, account: str) -> None:
        """`what` of an account was shown, where no case stands behind it."""
        if self.act is not None and account != self.by.account:
            ground = Ground.reason if self.by.purpose else Ground.operation
            self.act.journal(looks_chain(account), what, account, **told_of_look(self.by, ground, None))

    def _note(self, what: LookKind, subject: str, seen: SeenCase) -> None:
        assert self.act is not None
        ground = ground_of(self.by, seen)
        if ground is not None:
            self.act.journal(looks_chain(seen.chain_of), what, subject, **told_of_look(self.by, ground, seen))


def look(runtime: Runtime, read: Callable[[Looking], T], *, by: Actor) -> T:
    """What `read` gives, together with the entries of whatever it tells was shown. `read` must be safe to repeat."""
    if not (is_official(by) or by.stands_in or by.represents):
        with runtime.database.read() as connection:
            return read(Looking(connection, by, None))
    return transact(runtime, by, lambda act: read(looking(act)))


def looking(act: Act) -> Looking:
    """Looks of an act that changes something, too, and shows what it changed."""
    return Looking(act.work.reading, act.by, act)
