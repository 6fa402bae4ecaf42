"""Process instances: what runs behind the cases, for those who look after models and the engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Response

from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.engine import (
    ActivityPage,
    CancelCommand,
    InstanceDetailSchema,
    InstancePage,
    InstanceQuery,
    StartCommand,
    StartedSchema,
    VariablesSchema,
)
from api.wiring import services
from door.access import caller
from engine.casework.look import LookKind
from engine.casework.policy import Action, decide
from engine.runtime.cancel import cancel_instance
from engine.runtime.look import Looking, look
from engine.runtime.start import start_instance
from engine.store.queries import instances as queries

blueprint = Noun("instances", __name__, description="Process instances: the engine's runs behind the cases.")


@blueprint.operation(
    "GET", "", rule=Action.see_instances, summary="List instances", query=InstanceQuery, answer=InstancePage
)
def list_instances(query: Mapping[str, Any]) -> Any:
    """Instances, the newest first."""
    with services().read() as connection:
        return queries.instance_page(connection, **query)


@blueprint.operation(
    "POST",
    "",
    rule=Action.start_instance,
    summary="Start an instance",
    body=StartCommand,
    answer=StartedSchema,
    status=201,
    idempotent=True,
)
def start(command: Mapping[str, Any]) -> Response:
    """Start an instance of a process that serves no public service. Services are applied for at /applications."""
    return carry_out(
        lambda runtime: start_instance(
            runtime, command["process_id"], command["variables"], by=caller(), version=command["version"]
        ),
        StartedSchema,
        status=201,
    )


@blueprint.operation(
    "GET", "/<key:instance_id>", rule=Action.see_instances, summary="Show an instance", answer=InstanceDetailSchema
)
def show(instance_id: str) -> Any:
    """Where an instance stands and which tasks it waits for."""
    with services().read() as connection:
        return queries.instance_detail(connection, instance_id)


@blueprint.operation(
    "GET",
    "/<key:instance_id>/history",
    rule=Action.see_instances,
    summary="Show what happened",
    query=PageQuery,
    answer=ActivityPage,
)
def history(query: Mapping[str, Any], instance_id: str) -> Any:
    """Every element the instance entered and left, in the order it happened."""

    def read(looking: Looking) -> Any:
        page = queries.history_page(looking.connection, caller(), instance_id, **query)
        looking.at_instances(LookKind.history, [instance_id])
        return page

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "GET", "/<key:instance_id>/variables", rule=Action.see_instances, summary="Show the values", answer=VariablesSchema
)
def variables(instance_id: str) -> Any:
    """The values an instance works with. An operator sees them, an analyst only their kinds: they may be personal."""

    def read(looking: Looking) -> Any:
        values = queries.variables(looking.connection, caller(), instance_id)
        if not decide(caller(), Action.read_variables).allowed:
            return {name: f"({_kind(value)})" for name, value in values.items()}
        looking.at_instances(LookKind.values, [instance_id])
        return values

    return {"variables": look(services().runtime, read, by=caller())}


def _kind(value: Any) -> str:
    """What FEEL calls the kind of a value (DMN 1.5, table 43)."""
    kinds = ((bool, "true or false"), (str, "text"), (list, "list"), (dict, "context"), (type(None), "null"))
    name = next((name for kind, name in kinds if isinstance(value, kind)), "")
    return name or ("number" if isinstance(value, int | Decimal) else "date or time")


@blueprint.operation(
    "POST",
    "/<key:instance_id>/cancel",
    rule=Action.cancel_instance,
    summary="Cancel an instance",
    body=CancelCommand,
    status=204,
    idempotent=True,
)
def cancel(command: Mapping[str, Any], instance_id: str) -> Response:
    """End an instance with all that is open in it. The reason stands in the journal."""
    return no_content(lambda runtime: cancel_instance(runtime, instance_id, command["reason"], by=caller()))
