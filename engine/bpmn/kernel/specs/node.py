"""What all elements have in common: the life cycle of a visit, input and output mappings, the ways on.

Overridden from SpiffWorkflow's `TaskSpec`: prediction (none), data inheritance (none), and `_run`'s handling of errors
(a `Fault` leaves the token where it is).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import BpmnTaskSpec

from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.plan import Assigned, Catch, ScopePlan, Way
from engine.bpmn.kernel.port import ActivityChange
from engine.bpmn.kernel.scopes import Variables, assign, merge, visible
from engine.bpmn.kernel.token import Token
from engine.bpmn.model import FlowNode


class NodeSpec(BpmnTaskSpec):
    """A flow node. Attributes are set by the compiler before the first instance and never after."""

    is_loop = False
    """Whether it repeats an activity, so that its members are visits of that very activity."""
    joins_inclusively = False
    waits = True
    """Whether a visit may last, so that events on its edge can fire."""

    def __init__(self, spec: Any, element: FlowNode, scope: ScopePlan, *, name: str | None = None) -> None:
        super().__init__(spec, name or element.id, lane=element.lane, documentation=element.documentation)
        self.element = element
        self.element_id = element.id
        self.element_type = type(element).__name__
        self.scope = scope
        """The scope it stands in."""
        self.incoming_flows: tuple[str, ...] = element.incoming
        self.ways: tuple[Way, ...] = ()
        self.default: str | None = None
        self.is_conditional = False
        """Whether a way has a condition or is the default."""
        self.inputs_mapped: tuple[Assigned, ...] = ()
        self.outputs_mapped: tuple[Assigned, ...] = ()
        self.catch: Catch | None = None
        """Of an event: what it waits for or throws."""
        self.boundary: tuple[NodeSpec, ...] = ()
        """Events on its edge."""
        self.each: Any = None
        """The multi-instance activity whose visits are of this specification."""

    # --- for the families to say -------------------------------------------------------------------------------------

    def enter(self, token: Token) -> bool | None:  # noqa: ARG002
        """Do what the element does. True: done, leave it. None: it waits, or its members go on. Raises Fault."""
        return True

    def choose(self, token: Token) -> tuple[Way, ...]:
        """The ways a token takes on. Raises Fault.

        Several flows out of an activity or event split the token; those with a condition are taken when it holds, the
        default one when none did (BPMN 2.0.2, 8.4.13 and 10.3, table 10.3).
        """
        if not self.is_conditional:
            return self.ways
        taken, any_held = [], False
        for way in self.ways:
            if way.id == self.default:
                continue
            if way.condition is None:
                taken.append(way)
            elif self.way_holds(way, token):
                taken.append(way)
                any_held = True
        if not any_held:
            taken.extend(way for way in self.ways if way.id == self.default)
        if not taken:
            raise self.no_way()
        return tuple(taken)

    def listen(self, token: Token, instance: Instance) -> None:
        """Open a wait, ending with a token, for the event that this is. Raises Fault."""
        raise NotImplementedError

    def inner_plan(self, owner: Token) -> ScopePlan | None:  # noqa: ARG002
        """The scope a token of this specification owns; None when it owns none."""
        return None

    def member_left(self, owner: Token, member: Token) -> None:
        """A token it owned is done."""
        raise NotImplementedError

    # --- the life cycle ----------------------------------------------------------------------------------------------

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Nothing is predicted: the tree holds what is, not what may come."""

    def _update(self, my_task: Token) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Token) -> bool:  # noqa: ARG002
        return True

    def _on_ready(self, my_task: Token) -> None:
        my_task.workflow.queue.append((my_task.id, False))

    def _on_cancel(self, my_task: Token) -> None:
        """Nothing to do: the driver has done it."""

    def _run(self, my_task: Token) -> bool | None:
        """Enter: inputs, events on the edge, then what the element does. A Fault leaves no trace but history."""
        token, instance = my_task, my_task.workflow
        if not token.entered:
            token.entered = True
            instance.record(ActivityChange.entered, token)
        before = None if token.variables is None else token.variables.copy()
        try:
            self._map_inputs(token)
            if self.waits:
                for edge in self.boundary:
                    edge.listen(token, instance)
            return self.enter(token)
        except Fault:
            instance.close_waits_of(token)
            token.variables = before
            raise

    def leave(self, token: Token) -> None:
        """Work out all that leaving needs, before anything is changed for good. Raises Fault."""
        if not token.mapped:
            self._map_outputs(token)
            token.mapped = True
        if self.each is not None:
            self.each.collect(token)
        else:
            token.onward = self.choose(token)
            token.workflow.room_for(len(token.onward))

    def _on_complete(self, my_task: Token) -> None:
        my_task.workflow.close_waits_of(my_task)
        my_task.workflow.clear_incident(my_task)
        if not my_task.told:
            my_task.workflow.record(ActivityChange.completed, my_task, self.detail(my_task))
        super()._on_complete(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        """A token for each way taken."""
        token, instance = my_task, my_task.workflow
        if not token.onward:
            return
        owner = instance.tasks[token.owner]
        nodes = token.process.nodes
        for way in token.onward:
            instance.taken(token, way.id)
            instance.spawn(nodes[way.target], owner, token, flow=way.id)

    # --- mappings and words ------------------------------------------------------------------------------------------

    def accept_carried(self, token: Token) -> None:
        """Take what an event that happened brought."""
        if token.carried is not None:
            values, token.carried = token.carried.values, None
            self.accept(token, values)

    def accept(self, token: Token, values: Mapping[str, Any]) -> None:
        """Take what a completion or an event brought: for the output mapping, or else for the scopes around."""
        if not values:
            return
        if self.outputs_mapped:
            _own(token).update(values)
        else:
            merge(token, values)

    def detail(self, token: Token) -> Mapping[str, Any] | None:  # noqa: ARG002
        """What the history shall tell of a completed visit."""
        return None

    def way_holds(self, way: Way, token: Token) -> bool:
        """Whether the condition of a flow is true. Raises Fault."""
        assert way.condition is not None
        instance: Instance = token.workflow
        return instance.evaluator.holds(way.condition, visible(token), f"flow {way.id}")

    def no_way(self) -> Fault:
        """No condition held, and there is no default flow."""
        return Fault(
            "no-flow-taken",
            f"No condition of the flows out of {self.element_id} is true, and it has no default flow.",
            "Mend the variables the conditions read and retry, or give the model a default flow.",
        )

    def _map_inputs(self, token: Token) -> None:
        if self.inputs_mapped:
            _own(token).update(assign(self.inputs_mapped, token, token.workflow.evaluator, onto_existing=False))

    def _map_outputs(self, token: Token) -> None:
        if self.outputs_mapped:
            given = assign(self.outputs_mapped, token, token.workflow.evaluator, onto_existing=True)
            merge(token, given, own=False)


def _own(token: Token) -> Variables:
    """The variables of a token alone."""
    if token.variables is None:
        token.variables = Variables({})
    return token.variables
