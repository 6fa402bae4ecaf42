"""An operator corrects variables of a running instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.kernel.port import SetVariables
from engine.casework.actor import Actor
from engine.casework.policy import Action, permit
from engine.runtime.act import Act, transact
from engine.runtime.stepping import advance
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime


def set_variables(runtime: Runtime, instance_id: str, variables: Mapping[str, Any], *, by: Actor) -> None:
    """Set variables of the process scope. Raises NotFound, InstanceEnded, BadVariables, DutyMissing."""
    check_variables(variables)

    def change(act: Act) -> None:
        permit(by, Action.change_variables)
        record = act.work.instances.lock(instance_id)
        act.journal(instance_id, "variables.set", instance_id, names=sorted(variables))
        advance(act, record, SetVariables(variables=variables))

    transact(runtime, by, change)
