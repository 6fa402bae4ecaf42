"""A task's form as it is shown: the deployed form over the values the task sees, with a draft laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from door.wiring import ShownTask
from engine.casework.actor import Actor
from engine.casework.policy import Thing
from engine.casework.visibility import Hidden, sees
from engine.feel.plain import to_json
from engine.runtime.wiring import Runtime
from engine.store.queries.tasks import TaskDetail
from engine.store.queries.visibility import case_of_instance, hidden_from
from engine.store.repositories.deployments import Deployments
from engine.store.unit_of_work import UnitOfWork
from forms import Form, restricted, shown_to, view


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the cache of definitions reads, without a transaction."""

    deployments: Deployments


@dataclass(frozen=True, slots=True)
class TaskForms:
    """Shows forms of tasks (see `api.wiring.ShowForm`)."""

    runtime: Runtime

    def __call__(self, detail: TaskDetail, language: str, reader: Actor) -> ShownTask:
        """The form in a language, and the values and the draft, all without what the reader may not see."""
        task, definitions = detail.task, self.runtime.definitions
        with self.runtime.database.read() as connection:
            reading = cast("UnitOfWork", _Reading(Deployments(connection)))
            seen: Mapping[str, Any] = detail.process_variables
            if detail.snapshot is not None and task.is_open:
                process = definitions.process(reading, definitions.record(reading, detail.definition_id)).compiled
                seen = self.runtime.kernel.variables_at(process, detail.snapshot, task.wait)
            seen = hidden_from(connection, reader, task.instance_id).without(seen)
            if task.form_id is None:
                return ShownTask(None, to_json(dict(seen)), None)
            whole = cast("Form", definitions.form(reading, definitions.record(reading, task.form_id)))
            fields = restricted(whole)
            thing = case_of_instance(connection, task.instance_id) if fields else Thing(kind="instance")
        form = shown_to(whole, lambda readers: sees(reader, readers, thing))
        hidden = Hidden(tuple(path for path, readers in fields.items() if not sees(reader, readers, thing)))
        seen = hidden.without(seen)
        draft = None if task.draft is None else hidden.without(task.draft)
        now = self.runtime.calendar.local(self.runtime.clock.now())
        shown = view(form, {**seen, **(draft or {})}, language, now=now).to_json()
        return ShownTask(shown, to_json(dict(seen)), None if draft is None else to_json(dict(draft)))
