"""The holder of a task hands it to a colleague, who accepts it or not."""

from __future__ import annotations

from engine.casework import delegation
from engine.casework.actor import Actor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.acting import acting
from engine.runtime.colleague import colleague_with
from engine.runtime.separations import rules_for
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord


def delegate(runtime: Runtime, task_id: str, account: str, *, by: Actor) -> Task:
    """Offer a task to a colleague. Raises NotFound, TaskDone, NotTaskHolder, Forbidden, Refused, Invalid."""

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        task.require_seen_by(by)
        offered = delegation.delegate(task, colleague_with(act, account), by, rules_for(act, task, record))
        _keep(act, record, offered, "task.delegated", to=account, **acting(task))
        return offered

    return transact(runtime, by, change)


def accept_delegated(runtime: Runtime, task_id: str, *, by: Actor) -> Task:
    """Take a task that a colleague offers. Raises NotFound, TaskDone, NotOffered."""

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        taken = delegation.accept(task, by, act.at, rules_for(act, task, record))
        _keep(act, record, taken, "task.delegation-accepted", holder=task.assignee, **acting(taken))
        return taken

    return transact(runtime, by, change)


def decline_delegated(runtime: Runtime, task_id: str, *, by: Actor) -> Task:
    """Do not take a task that a colleague offers, or take one's own offer back. Safe to repeat for the holder.

    Raises NotFound, TaskDone, NotTaskHolder.
    """

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        kept = delegation.decline(task, by)
        if kept is not task:
            _keep(act, record, kept, "task.delegation-declined", to=task.offered_to)
        return kept

    return transact(runtime, by, change)


def _keep(act: Act, record: InstanceRecord, task: Task, action: str, **detail: object) -> None:
    act.work.tasks.save(task)
    act.journal(record.id, action, task.id, **detail)
    save_noted(act, record)
