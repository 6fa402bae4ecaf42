"""Events (BPMN 2.0.2, 10.5 and 13.5)."""

from __future__ import annotations

from typing import Any

from engine.bpmn.kernel import catching, waiting
from engine.bpmn.kernel.ending import cancel_members, leave_soon
from engine.bpmn.kernel.expressions import as_words
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.port import ActivityChange, InstanceState, Thrown
from engine.bpmn.kernel.scopes import visible
from engine.bpmn.kernel.specs.jobs import JobPlan, open_job
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.token import ROOT, Token

LISTENED = ("timer", "message", "signal")
"""Kinds of events that are waited for; errors and escalations are looked for when they are thrown."""


class StartSpec(NodeSpec):
    """A start event: what it waited for has happened when a token comes."""

    def enter(self, token: Token) -> bool | None:
        """Take what the event brought."""
        self.accept_carried(token)
        return True


class BoundarySpec(NodeSpec):
    """An event on the edge of an activity: a token comes when it has happened."""

    def enter(self, token: Token) -> bool | None:
        """Take what the event brought."""
        self.accept_carried(token)
        return True

    def listen(self, token: Token, instance: Instance) -> None:
        """Wait for it while the activity of the token lasts. Raises Fault."""
        if self.catch is not None and self.catch.kind in LISTENED:
            within = instance.scope_instance(token)
            number = instance.next_number()
            waiting.listen(instance, token, self.element, self.catch, number, visible(token), within)


class CatchSpec(NodeSpec):
    """An intermediate catching event."""

    def enter(self, token: Token) -> bool | None:
        """Wait, unless an event-based gateway before it waited already, or it is the end of a link. Raises Fault."""
        if self.catch is None or self.catch.kind == "link" or token.internal_data.get("happened"):
            self.accept_carried(token)
            return True
        instance = token.workflow
        within = instance.scope_instance(token)
        waiting.listen(instance, token, self.element, self.catch, token.id, visible(token), within)
        return None

    def listen(self, token: Token, instance: Instance) -> None:
        """Wait for it while a token stands at the event-based gateway before. Raises Fault."""
        assert self.catch is not None
        within = instance.scope_instance(token)
        waiting.listen(instance, token, self.element, self.catch, instance.next_number(), visible(token), within)


class ThrowSpec(NodeSpec):
    """An intermediate throwing event or an end event."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.job: JobPlan | None = None
        """Of a message event: the connector that sends it."""
        self.link_target: str | None = None

    def enter(self, token: Token) -> bool | None:
        """Throw. Raises Fault when an error is caught by nobody."""
        kind = "none" if self.catch is None else self.catch.kind
        throw = {
            "message": self._send,
            "signal": self._signal,
            "escalation": self._escalate,
            "error": self._fail,
            "terminate": self._terminate,
        }.get(kind)
        return True if throw is None else throw(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        if self.link_target is not None:
            instance = my_task.workflow
            instance.spawn(my_task.process.nodes[self.link_target], instance.tasks[my_task.owner], my_task)

    def _carried(self, token: Token) -> dict[str, Any]:
        """What an event carries: the result of its input mapping, nothing else (trust.md, P8)."""
        return dict(token.variables.values) if self.inputs_mapped and token.variables is not None else {}

    def _send(self, token: Token) -> bool | None:
        instance, catch, scope = token.workflow, self.catch, visible(token)
        if self.job is not None:
            open_job(self, token, self.job)
            return None
        name, key = "", None
        if catch is not None and catch.name is not None:
            name = instance.evaluator.words(catch.name, scope, f"the name of the message of {self.element_id}")
        if catch is not None and catch.key is not None:
            key = as_words(instance.evaluator.value(catch.key, scope))
        carried = self._carried(token)
        instance.thrown.append(Thrown(kind="message", name=name, correlation_key=key, variables=carried))
        return True

    def _signal(self, token: Token) -> bool | None:
        assert self.catch is not None
        assert self.catch.name is not None
        instance, carried = token.workflow, self._carried(token)
        name = instance.evaluator.words(self.catch.name, visible(token), f"the name of the signal of {self.element_id}")
        self._tell(token)
        instance.thrown.append(Thrown(kind="signal", name=name, variables=carried))
        catching.broadcast(instance, name, carried)
        return True

    def _escalate(self, token: Token) -> bool | None:
        instance, code, carried = token.workflow, self._code(), self._carried(token)
        catcher = catching.catcher_of(instance, token, "escalation", code)
        self._tell(token)
        if catcher is None:
            instance.thrown.append(Thrown(kind="escalation", name=code, variables=carried))
        else:
            catching.catch(instance, catcher, carried)
        return True

    def _fail(self, token: Token) -> bool | None:
        instance, code, carried = token.workflow, self._code(), self._carried(token)
        catcher = catching.catcher_of(instance, token, "error", code)
        if catcher is None:
            raise Fault(
                "uncaught-error",
                f"Nothing catches the error {code!r} thrown at {self.element_id}.",
                "Give the model an error event around it; then migrate or cancel the instance.",
            )
        self._tell(token)
        catching.catch(instance, catcher, carried)
        return True

    def _terminate(self, token: Token) -> bool | None:
        instance = token.workflow
        owner = instance.tasks[token.owner]
        self._tell(token)
        cancel_members(instance, owner)
        if owner.id == ROOT:
            instance.state = InstanceState.terminated
        leave_soon(instance, owner)
        return True

    def _code(self) -> str:
        return (self.catch.code if self.catch is not None else None) or ""

    def _tell(self, token: Token) -> None:
        """What is thrown has happened, even when what catches it cancels the token that threw it."""
        token.workflow.record(ActivityChange.completed, token)
        token.told = True
