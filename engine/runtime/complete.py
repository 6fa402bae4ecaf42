"""Somebody finishes a task: her answers become variables, and the case goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.kernel.port import CompleteTask
from engine.casework.actor import Actor
from engine.casework.evidence import Provenance
from engine.casework.step_up import FRESH, STEP_UP, require_second_factor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.acting import acting
from engine.runtime.answers import checked_answers
from engine.runtime.evidence import add_evidence
from engine.runtime.marks import EVIDENCE
from engine.runtime.separations import rules_for
from engine.runtime.stepping import advance
from engine.runtime.wiring import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedTask:
    """A task that was finished, and the tasks its step opened."""

    task: Task
    opened: tuple[Task, ...]


def complete(
    runtime: Runtime, task_id: str, answers: Mapping[str, Any], *, by: Actor, language: str | None = None
) -> CompletedTask:
    """Finish a task. Of several callers at once one succeeds; faults of the form are told in `language`.

    Raises NotFound (also for a task the actor may not see), TaskDone, TaskTaken, NotInQueue, Invalid with places,
    DutiesSeparated, and StepUpNeeded where the model wants a second factor that was proved just now.
    """

    def change(act: Act) -> CompletedTask:
        task, record = act.work.tasks.lock(task_id)
        completed = task.complete(by, act.at, rules_for(act, task, record))
        if task.properties.get(STEP_UP) == FRESH:
            require_second_factor(by, act.at, "complete this task")
        values = checked_answers(act, task, record, answers, language)
        act.work.tasks.save(completed)
        act.journal(record.id, "task.completed", task.id, element=task.element_id, **acting(completed))
        if record.case is not None and task.properties.get(EVIDENCE):
            is_applicant = task.queue is None and record.case.is_acted_for_by(by)
            add_evidence(
                act,
                record,
                task.properties[EVIDENCE],
                Provenance.applicant if is_applicant else Provenance.clerk,
                source=str(task.queue or by.account),
                content=values,
            )
        advance(act, record, CompleteTask(wait=task.wait, variables=values), done=task.wait)
        return CompletedTask(task=completed, opened=tuple(act.opened_tasks.values()))

    return transact(runtime, by, change)
