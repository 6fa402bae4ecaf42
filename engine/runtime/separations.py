"""The rules of separation of a task that somebody acts on, held against what was done in its instance."""

from __future__ import annotations

from engine.casework.separation import NO_RULES, Separation, is_separated
from engine.casework.task import Task
from engine.runtime.act import Act
from engine.store.queries.separations import separations
from engine.store.records import InstanceRecord


def rules_for(act: Act, task: Task, record: InstanceRecord) -> Separation:
    """What a task's model wants of who does it. No statement where it wants nothing, else at most three."""
    if not is_separated(task.properties):
        return NO_RULES
    cases = {task.id: record.case} if record.case is not None else {}
    return separations(act.work.reading, [task], cases).get(task.id, NO_RULES)
