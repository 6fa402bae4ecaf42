"""Answers to a task's form become variables; a task without a form takes plain variables from officials only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.casework.policy import Thing
from engine.casework.task import Task
from engine.errors import Invalid, Place
from engine.runtime.act import Act
from engine.runtime.attach import attach_files
from engine.runtime.surroundings import World
from engine.runtime.variables import check_names, check_variables
from engine.runtime.visibility import form_for, note_restricted
from engine.store.records import InstanceRecord


def checked_answers(
    act: Act,
    task: Task,
    record: InstanceRecord,
    answers: Mapping[str, Any],
    language: str | None,
    *,
    draft: bool = False,
) -> Mapping[str, Any]:
    """The values that the task may add to the case, of the fields that who acts may see.

    Raises Invalid with a place for every fault, in the language.
    """
    if task.form_id is None:
        if answers and task.queue is None:
            raise Invalid(
                "This task asks nothing.",
                places=[Place("/answers", "Expected no answers.", "unknown-field")],
                remedy="Complete it without answers.",
            )
        check_variables(answers, at="/answers")
        return answers
    definitions, runtime = act.runtime.definitions, act.runtime
    whole = definitions.form(act.work, definitions.record(act.work, task.form_id))
    form = form_for(act, whole, record.case.thing if record.case is not None else Thing(kind="instance"))
    seen: Mapping[str, Any] = {}
    if record.snapshot is not None:
        act.instance_id = record.id
        seen = runtime.kernel.variables_at(World.of(act, record.definition_id).compiled, record.snapshot, task.wait)
    values = runtime.forms.validate(form, answers, seen, runtime.calendar.local(act.at), language=language, draft=draft)
    check_names(values, at="/answers")
    if not draft:
        note_restricted(act, record.id, whole)
        attach_files(act, runtime.forms.files_named(form, values), record.case, record.id)
    return values
