"""A clerk takes a task out of a queue of hers, or of an absent colleague's."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.acting import acting
from engine.runtime.separations import rules_for
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime


def claim(runtime: Runtime, task_id: str, *, by: Actor) -> Task:
    """Give an open task to `by`, or one that a colleague holds whom she stands in for. Safe to repeat.

    Raises NotFound, TaskTaken, TaskDone, NotInQueue, DeputyOfDeputy, DutiesSeparated.
    """

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        claimed = task.claim(by, act.at, rules_for(act, task, record))
        if claimed is not task:
            act.work.tasks.save(claimed)
            act.journal(record.id, "task.claimed", task.id, **acting(claimed))
            save_noted(act, record)
        return claimed

    return transact(runtime, by, change)
