"""Gateways (BPMN 2.0.2, 10.6 and 13.4)."""

from __future__ import annotations

from typing import Any

from engine.bpmn.kernel import joins
from engine.bpmn.kernel.plan import Way
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.token import Token


class ExclusiveSpec(NodeSpec):
    """The first way whose condition holds, else the default one; merges by passing each token on (13.4.2)."""

    def choose(self, token: Token) -> tuple[Way, ...]:
        """One way, in the order of the model. Raises Fault when there is none."""
        if not self.ways:
            return ()
        fallback: tuple[Way, ...] = ()
        for way in self.ways:
            if way.id == self.default:
                fallback = (way,)
            elif way.condition is None or self.way_holds(way, token):
                return (way,)
        if not fallback:
            raise self.no_way()
        return fallback


class ParallelSpec(NodeSpec):
    """All ways; waits for one token of each incoming flow (13.4.1). Conditions are not looked at."""

    def choose(self, token: Token) -> tuple[Way, ...]:  # noqa: ARG002
        """All."""
        return self.ways

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming_flows) < 2:
            return True
        joins.arrive(my_task)
        instance = my_task.workflow
        joins.fire_parallel(instance, instance.tasks[my_task.owner], self.element_id, self.incoming_flows)
        return False


class InclusiveSpec(NodeSpec):
    """All ways whose conditions hold, else the default one; waits for all tokens that may still come (13.4.3)."""

    joins_inclusively = True

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming_flows) < 2:
            return True
        joins.arrive(my_task)
        my_task.workflow.inclusive[my_task.owner, self.element_id] = None
        return False


class EventBasedSpec(NodeSpec):
    """Waits for all events behind it; the first to happen decides the way (13.4.4)."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.behind: tuple[NodeSpec, ...] = ()
        """The events and receive tasks its ways lead to, in the order of the ways."""

    def enter(self, token: Token) -> bool | None:
        """Open a wait for each event. Raises Fault."""
        for event in self.behind:
            event.listen(token, token.workflow)
        return None

    def choose(self, token: Token) -> tuple[Way, ...]:
        """The way to the event that happened, which `catching.fire` put on the token."""
        return tuple(way for way in self.ways if way.target == token.internal_data.get("happened"))[:1]

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        for child in my_task.children:
            child.internal_data["happened"] = True
            child.carried = my_task.carried
