"""An analyst or operator starts an instance of a process without a case behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.casework.actor import Actor
from engine.casework.policy import Action, permit
from engine.casework.task import Task
from engine.runtime.act import Act, transact
from engine.runtime.definitions import PROCESS
from engine.runtime.stepping import begin
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedInstance:
    """An instance that was just started; it may have ended already."""

    id: str
    definition_id: str
    process_id: str
    state: str
    open_tasks: tuple[Task, ...] = ()
    """Tasks that its first step opened."""


def start_instance(
    runtime: Runtime, process_id: str, variables: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> StartedInstance:
    """Start an instance of the newest version of a process, or of the version named.

    Raises NotFound, DutyMissing, BadVariables, Invalid when the process has no none start event.
    """
    check_variables(variables)

    def change(act: Act) -> StartedInstance:
        permit(by, Action.start_instance)
        definition = act.work.deployments.find(PROCESS, process_id, version=version)
        record = begin(act, definition.id, variables)
        return StartedInstance(
            id=record.id,
            definition_id=definition.id,
            process_id=definition.key,
            state=record.state,
            open_tasks=tuple(act.opened_tasks.values()),
        )

    return transact(runtime, by, change)
