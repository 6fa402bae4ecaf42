"""Messages for the one instance that waits, and signals for all that do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.engine import BroadcastSchema, PublishCommand, PublishedSchema, SignalCommand
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.broadcast_signal import broadcast_signal
from engine.runtime.publish_message import publish_message

blueprint = Noun("messages", __name__, description="Messages: correlated by name and key to one waiting instance.")
signals_blueprint = Noun("signals", __name__, description="Signals: taken by everything that waits for their name.")


@blueprint.operation(
    "POST",
    "",
    rule=Action.publish_message,
    summary="Publish a message",
    body=PublishCommand,
    answer=PublishedSchema,
    idempotent=True,
)
def publish(command: Mapping[str, Any]) -> Response:
    """Give a message to the instance that waits for it, or keep it for its time to live."""
    return carry_out(
        lambda runtime: publish_message(
            runtime,
            command["name"],
            command["correlation_key"],
            command["variables"],
            by=caller(),
            ttl_seconds=command["time_to_live_seconds"],
            message_id=command["message_id"],
        ),
        PublishedSchema,
    )


@signals_blueprint.operation(
    "POST",
    "",
    rule=Action.publish_message,
    summary="Broadcast a signal",
    body=SignalCommand,
    answer=BroadcastSchema,
    status=202,
    idempotent=True,
)
def broadcast(command: Mapping[str, Any]) -> Response:
    """Tell a signal to every instance that waits for its name, and start the processes that begin with it."""
    return carry_out(
        lambda runtime: broadcast_signal(runtime, command["name"], command["variables"], by=caller()),
        BroadcastSchema,
        status=202,
    )
