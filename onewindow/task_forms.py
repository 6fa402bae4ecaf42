"""A task's form as it is shown: the deployed form over the values the task sees, with a draft laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from engine.feel.plain import to_json
from engine.runtime.wiring import Runtime
from engine.store.queries.tasks import TaskDetail
from engine.store.repositories.deployments import Deployments
from engine.store.unit_of_work import UnitOfWork
from forms import Form, view


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the cache of definitions reads, without a transaction."""

    deployments: Deployments


@dataclass(frozen=True, slots=True)
class TaskForms:
    """Shows forms of tasks (see `api.wiring.ShowForm`)."""

    runtime: Runtime

    def __call__(self, detail: TaskDetail, language: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Any]]:
        """The form in a language, None for a task without one, and the values the task sees, as plain JSON."""
        task, definitions = detail.task, self.runtime.definitions
        with self.runtime.database.read() as connection:
            reading = cast("UnitOfWork", _Reading(Deployments(connection)))
            seen: Mapping[str, Any] = detail.process_variables
            if detail.snapshot is not None and task.is_open:
                process = definitions.process(reading, definitions.record(reading, detail.definition_id)).compiled
                seen = self.runtime.kernel.variables_at(process, detail.snapshot, task.wait)
            if task.form_id is None:
                return None, to_json(dict(seen))
            form = cast("Form", definitions.form(reading, definitions.record(reading, task.form_id)))
        values = {**seen, **(task.draft or {})}
        return view(
            form, values, language, now=self.runtime.calendar.local(self.runtime.clock.now())
        ).to_json(), to_json(dict(seen))
