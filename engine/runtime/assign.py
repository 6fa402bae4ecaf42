"""A supervisor hands a task to a member of its queue."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.acting import acting
from engine.runtime.colleague import colleague_with
from engine.runtime.separations import rules_for
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime


def assign(runtime: Runtime, task_id: str, account: str, *, by: Actor) -> Task:
    """Hand a task to the account named. Raises NotFound, TaskDone, Forbidden, Refused, Invalid."""

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        task.require_seen_by(by)
        assigned = task.assign(colleague_with(act, account), by, act.at, rules_for(act, task, record))
        act.work.tasks.save(assigned)
        act.journal(record.id, "task.assigned", task.id, holder=account, **acting(assigned))
        save_noted(act, record)
        return assigned

    return transact(runtime, by, change)
