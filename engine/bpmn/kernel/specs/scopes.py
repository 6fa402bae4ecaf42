"""Scopes that run: the process itself, sub-processes, event sub-processes, called processes (BPMN 2.0.2, 13.3.4).

Each is left when its last token is. While it lasts it waits for the start events of its event sub-processes.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState

from engine.bpmn.kernel import waiting
from engine.bpmn.kernel.ending import leave_soon
from engine.bpmn.kernel.expressions import Text
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.plan import Compiled, ScopePlan
from engine.bpmn.kernel.port import InstanceState
from engine.bpmn.kernel.scopes import Variables, seen_inside, visible
from engine.bpmn.kernel.specs.events import LISTENED
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.token import ROOT, Token
from engine.bpmn.model import CalledElement
from engine.errors import NotFound, OnewindowError


class ScopeSpec(NodeSpec):
    """Anything whose members are the tokens of a scope."""

    inner: ScopePlan

    def inner_plan(self, owner: Token) -> ScopePlan | None:  # noqa: ARG002
        """The scope inside."""
        return self.inner

    def begin(self, owner: Token, starts: tuple[str, ...], carried: Variables | None = None) -> bool | None:
        """Wait for event sub-processes and put a token on each start. True when there is nothing to run."""
        instance: Instance = owner.workflow
        plan, nodes = self.inner_plan(owner), owner.inside.nodes
        assert plan is not None
        instance.room_for(len(starts))
        scope = seen_inside(owner)
        for sub in plan.event_sub_processes:
            if sub.catch.kind in LISTENED:
                element = nodes[sub.start].element
                waiting.listen(instance, owner, element, sub.catch, instance.next_number(), scope, owner.id)
        owner._set_state(TaskState.STARTED)
        for start in starts:
            token = instance.spawn(nodes[start], owner, owner)
            token.carried = carried
            token._ready()
        return None if starts else True

    def member_left(self, owner: Token, member: Token) -> None:  # noqa: ARG002
        """Leave when nothing is left inside."""
        if not owner.members:
            leave_soon(owner.workflow, owner)


class SubProcessSpec(ScopeSpec):
    """An embedded sub-process, or an event sub-process once it has begun."""

    def enter(self, token: Token) -> bool | None:
        """Begin inside. Raises Fault."""
        carried, token.carried = token.carried, None
        return self.begin(token, self.inner.starts, carried)


class ProcessSpecRoot(ScopeSpec):
    """The process itself: number 0, under which all tokens are."""

    def enter(self, token: Token) -> bool | None:
        """Begin at the start event named, or at all that nothing leads to. Raises Fault."""
        start = token.internal_data.get("start")
        carried, token.carried = token.carried, None
        return self.begin(token, self.inner.starts if start is None else (start,), carried)

    def leave(self, token: Token) -> None:
        """The instance has ended."""
        instance = token.workflow
        if instance.state is InstanceState.active:
            instance.state = InstanceState.completed


class CallSpec(ScopeSpec):
    """Calls another process, which sees what is handed over and nothing else (10.3.6)."""

    target: Text
    called_element: CalledElement

    def inner_plan(self, owner: Token) -> ScopePlan | None:
        """The scope of the process called."""
        return None if owner.called is None else owner.called.scope

    def enter(self, token: Token) -> bool | None:
        """Begin the process called. Raises Fault when there is none, or calls are nested too deep."""
        instance: Instance = token.workflow
        scope = visible(token)
        wanted = instance.evaluator.words(self.target, scope, f"the process {self.element_id} calls")
        says = self.called_element
        self._check_depth(token)
        try:
            called: Any = instance.surroundings.called(wanted, says.binding, says.version_tag)
        except NotFound as missing:
            raise Fault("unknown-process", missing.message, missing.remedy) from missing
        except OnewindowError as refused:
            raise Fault("called-process", refused.message, refused.remedy) from refused
        starts = called.scope.starts
        if not starts:
            raise Fault(
                "called-process",
                f"Expected a none start event in process {wanted}, which {self.element_id} calls; found none.",
                "Give the called process a none start event.",
            )
        if says.propagate_all_parent_variables:
            handed = scope.flat()
        else:
            handed = {} if token.variables is None else dict(token.variables.values)
        token.called, token.inner = called, Variables(handed)
        try:
            return self.begin(token, starts)
        except Fault:
            token.called = token.inner = None
            raise

    def leave(self, token: Token) -> None:
        """Hand back variables: those it set, unless the model says none; an output mapping sees all. Raises Fault.

        What it did not touch does not come back: it is a copy, and may be older than what is outside by now.
        """
        inner = token.inner
        if inner is not None and not token.mapped:
            if self.outputs_mapped:
                self.accept(token, inner.values)
            elif self.called_element.propagate_all_child_variables:
                self.accept(token, {name: inner.values[name] for name in inner.written})
        super().leave(token)

    def _check_depth(self, token: Token) -> None:
        instance: Instance = token.workflow
        depth, here = 1, token
        while here.id != ROOT:
            here = instance.tasks[here.owner]
            depth += here.called is not None
        if depth > instance.budget.call_depth:
            raise Fault(
                "budget",
                f"Expected processes to call each other at most {instance.budget.call_depth} deep.",
                "Look for a process that calls itself without an end.",
            )


def as_compiled(process: Any) -> Compiled:
    """The kernel's own class of a compiled process. Raises TypeError for one of another kernel."""
    if not isinstance(process, Compiled):
        raise TypeError(f"expected a process compiled by this kernel, found {type(process).__name__}")
    return process
