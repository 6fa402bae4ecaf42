"""Multi-instance activities: once for each element of a collection, side by side or in a row.

BPMN 2.0.2, 10.3.8 and 13.3.7.

Events on the edge stand on the whole; input and output mappings and the task itself are those of one visit. A visit
sees `loopCounter` (from 1) and its element; the completion condition sees also `numberOfInstances`,
`numberOfActiveInstances`, `numberOfCompletedInstances` and `numberOfTerminatedInstances`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from SpiffWorkflow import TaskState

from engine.bpmn.kernel.ending import cancel_members, leave_soon
from engine.bpmn.kernel.expressions import Text, kind_of
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.scopes import Variables, merge, visible
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.token import Token

_ELEMENTS = "elements"


class MultiInstanceSpec(NodeSpec):
    """The whole of a multi-instance activity; its visits are of the specification `one`."""

    is_loop = True
    one: NodeSpec
    sequential = False
    cardinality: Text | None = None
    collection: Text | None = None
    element_name: str | None = None
    output_name: str | None = None
    output_element: Text | None = None
    until: Text | None = None

    def enter(self, token: Token) -> bool | None:
        """Begin the visits, or the first one. Raises Fault when there are too many, or what is no list."""
        instance: Instance = token.workflow
        elements = self._elements(token)
        count = len(elements)
        instance.room_for(1 if self.sequential else count)
        token.internal_data.update(count=count, begun=0, done=0)
        if self.output_name is not None:
            token.variables = token.variables or Variables({})
            token.variables.set(self.output_name, [None] * count)
        if not elements:
            return True
        token._set_state(TaskState.STARTED)
        if self.sequential:
            token.carried = Variables({_ELEMENTS: elements})
            self._begin_one(token, elements[0])
        else:
            for element in elements:
                self._begin_one(token, element)
        return None

    def collect(self, visit: Token) -> None:
        """Work out what one visit adds to the whole, and whether the whole is done with it. Raises Fault."""
        instance: Instance = visit.workflow
        owner = instance.tasks[visit.owner]
        facts = owner.internal_data
        seen = visible(visit, over=_numbers(facts["count"], len(owner.members) - 1, facts["done"] + 1))
        value = None
        if self.output_element is not None:
            value = instance.evaluator.value(self.output_element, seen)
        is_done = False
        if self.until is not None:
            place = visit.internal_data["index"]
            over = {} if self.output_name is None else {self.output_name: self._put(owner, place, value)}
            over.update(_numbers(facts["count"], len(owner.members) - 1, facts["done"] + 1))
            is_done = instance.evaluator.holds(
                self.until, visible(visit, over=over), f"completion of {self.element_id}"
            )
        visit.outcome = (value, is_done)
        visit.onward = ()

    def member_left(self, owner: Token, member: Token) -> None:
        """Keep what it gave; begin the next, or leave when all are done or enough are."""
        instance: Instance = owner.workflow
        value, is_done = member.outcome
        facts = owner.internal_data
        facts["done"] += 1
        if self.output_name is not None:
            owner.variables = owner.variables or Variables({})
            owner.variables.set(self.output_name, self._put(owner, member.internal_data["index"], value))
        if is_done:
            cancel_members(instance, owner)
            leave_soon(instance, owner)
        elif facts["begun"] < facts["count"]:
            assert owner.carried is not None
            self._begin_one(owner, owner.carried.values[_ELEMENTS][facts["begun"]])
        elif not owner.members:
            leave_soon(instance, owner)

    def _map_inputs(self, token: Token) -> None:
        """Inputs are mapped for each visit."""

    def _map_outputs(self, token: Token) -> None:
        """The output collection goes to the scopes around; mappings were those of each visit."""
        if self.output_name is not None and token.variables is not None:
            merge(token, {self.output_name: token.variables.values[self.output_name]}, own=False)

    def _elements(self, token: Token) -> list[Any]:
        instance, scope = token.workflow, visible(token)
        if self.collection is not None:
            value = instance.evaluator.value(self.collection, scope)
            if not isinstance(value, list | tuple):
                raise Fault(
                    "multi-instance",
                    f"Expected a list for {self.element_id}, found {kind_of(value)}.",
                    "Set the variable its input collection reads and retry.",
                )
            elements = list(value)
        else:
            assert self.cardinality is not None
            count = instance.evaluator.number(self.cardinality, scope, f"the number of visits of {self.element_id}")
            if count < 0:
                raise Fault(
                    "multi-instance",
                    f"Expected a number of visits from 0 for {self.element_id}, found {count}.",
                    "Set the variable its cardinality reads and retry.",
                )
            _check_bound(instance, self.element_id, count)
            elements = [None] * count
        _check_bound(instance, self.element_id, len(elements))
        return elements

    def _begin_one(self, owner: Token, element: Any) -> None:
        instance: Instance = owner.workflow
        index = owner.internal_data["begun"]
        owner.internal_data["begun"] = index + 1
        visit = instance.spawn(self.one, owner, owner, index=index)
        own: dict[str, Any] = {"loopCounter": Decimal(index + 1)}
        if self.element_name is not None:
            own[self.element_name] = element
        visit.variables = Variables(own)
        visit._ready()

    def _put(self, owner: Token, index: int, value: Any) -> list[Any]:
        assert owner.variables is not None
        assert self.output_name is not None
        collected = list(owner.variables.values[self.output_name])
        collected[index] = value
        return collected


def _numbers(count: int, active: int, done: int) -> Mapping[str, Any]:
    return {
        "numberOfInstances": Decimal(count),
        "numberOfActiveInstances": Decimal(active),
        "numberOfCompletedInstances": Decimal(done),
        "numberOfTerminatedInstances": Decimal(0),
    }


def _check_bound(instance: Instance, element_id: str, count: int) -> None:
    if count > instance.budget.multi_instance:
        raise Fault(
            "multi-instance",
            f"Expected at most {instance.budget.multi_instance} visits of {element_id}, found {count}.",
            "Split the work, or raise the bound.",
        )
