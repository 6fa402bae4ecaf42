"""Whoever holds a task keeps answers for later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.casework.actor import Actor
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.answers import checked_answers
from engine.runtime.wiring import Runtime


def save_draft(
    runtime: Runtime,
    task_id: str,
    answers: Mapping[str, Any],
    *,
    by: Actor,
    seen_version: int | None = None,
    language: str | None = None,
) -> Task:
    """Keep incomplete answers with a task; nothing of the case changes.

    `seen_version` is the task's version the caller last read; faults are told in `language`.
    Raises NotFound, TaskDone, NotTaskHolder, TaskChanged, Invalid for fields the form does not know.
    """

    def change(act: Act) -> Task:
        task, record = act.work.tasks.lock(task_id)
        task.save_draft({}, by, seen_version)
        values = checked_answers(act, task, record, answers, language, draft=True)
        kept = task.save_draft(values, by, seen_version)
        act.work.tasks.save(kept)
        return kept

    return transact(runtime, by, change)
