"""A clerk gives a task back to its queue; her supervisor may do it for her."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.acting import acting
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime


def release(runtime: Runtime, task_id: str, *, by: Actor) -> Task:
    """Give a task back. Safe to repeat. Raises NotFound, TaskDone, NotTaskHolder."""

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        released = task.release(by)
        if released is not task:
            act.work.tasks.save(released)
            act.journal(record.id, "task.released", task.id, holder=task.assignee, **acting(task))
            save_noted(act, record)
        return released

    return transact(runtime, by, change)
