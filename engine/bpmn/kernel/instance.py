"""A running instance while a step works on it: its tokens, waits and incidents, and what the step has to report.

This is SpiffWorkflow's `Workflow` without its searches: a queue holds the tokens that are ready, so that a step costs
the work of the step. Who visits an element, in which order, is in `driver`; what ends, in `ending`; what fires, in
`catching`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.bpmn.kernel.expressions import Evaluator
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.plan import Compiled
from engine.bpmn.kernel.port import (
    Activity,
    ActivityChange,
    Incident,
    InstanceState,
    Surroundings,
    Thrown,
    Wait,
)
from engine.bpmn.kernel.token import ROOT, Token
from engine.feel import Effort


@dataclass(slots=True)
class OpenWait:
    """A wait as the snapshot keeps it."""

    kind: str
    """`task`, `job`, `timer`, `message` or `signal`."""
    node: str
    """The element that waits: the token's own, a boundary event, an event sub-process's start, an event behind an
    event-based gateway."""
    token: int
    """The token it ends with."""
    facts: list[Any]
    """Timer: due, duration, remaining. Message: name, key. Signal: name."""
    inside: bool = False
    """Whether it is an event sub-process's start in the scope the token owns."""


@dataclass(slots=True)
class Standing:
    """An incident as the snapshot keeps it."""

    token: int
    code: str
    retry: str
    """What a retry does: `enter` or `leave` the element, visit it `anew`, or look at the join again (`join`)."""


class Instance(Workflow):
    """The state of one instance, and the report of one step."""

    tasks: dict[int, Token]

    def __init__(self, process: Compiled, surroundings: Surroundings, *, compact: bool = True) -> None:
        super().__init__(process.spec, deserializing=True)
        self.process = process
        self.surroundings = surroundings
        self.budget = surroundings.budget
        self.compact = compact
        self.effort = surroundings.effort or Effort(operations=self.budget.operations_per_element)
        self.evaluator = Evaluator(surroundings.now, surroundings.functions, [], self.effort)

        self.counter = 0
        """The last number given to a visit, wait or incident."""
        self.total = 0
        """Elements visited since the start, or since an operator granted another budget."""
        self.open_tokens = 0
        self.queue: deque[tuple[int, bool]] = deque()
        """Tokens to go on, and whether to leave (an owner whose members are done) rather than to enter."""
        self.waits: dict[int, OpenWait] = {}
        self.incidents: dict[int, Standing] = {}
        self.inclusive: dict[tuple[int, str], None] = {}
        """Owners and inclusive joins before which tokens stand."""
        self.state = InstanceState.active

        self.visits = 0
        self.unfinished = False
        self.activities: list[Activity] = []
        self.opened: dict[int, Wait] = {}
        self.closed: list[int] = []
        self.thrown: list[Thrown] = []
        self.raised: dict[int, Incident] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the step has done as much as one transaction should."""
        budget, effort = self.budget, self.effort
        return (
            self.visits >= budget.steps_per_transaction
            or effort.total_operations >= budget.operations_per_transaction
            or effort.total_seconds >= budget.seconds_per_transaction
        )

    # --- numbers and history -----------------------------------------------------------------------------------------

    def next_number(self) -> int:
        """A number never used before in this instance."""
        self.counter += 1
        return self.counter

    def record(self, change: ActivityChange, token: Token, detail: Mapping[str, Any] | None = None) -> None:
        """Add a line of history; warnings of FEEL that came up meanwhile go with it."""
        spec = token.task_spec
        facts = dict(detail) if detail else {}
        if self.evaluator.warnings:
            facts["warnings"] = list(self.evaluator.warnings)
            self.evaluator.warnings.clear()
        self.activities.append(
            Activity(
                change=change,
                element_id=spec.element_id,
                element_type=spec.element_type,
                element_instance=token.id,
                scope_instance=self.scope_instance(token),
                process_id=token.process.process_id,
                detail=facts,
            )
        )

    def scope_instance(self, token: Token) -> int:
        """The visit of the sub-process or call a token happens in; a multi-instance activity is no scope of its own."""
        owner = self.tasks[token.owner]
        while owner.task_spec.is_loop:
            owner = self.tasks[owner.owner]
        return owner.id

    def taken(self, token: Token, flow: str) -> None:
        """Add a sequence flow to the history."""
        self.activities.append(
            Activity(
                change=ActivityChange.taken,
                element_id=flow,
                element_type="SequenceFlow",
                element_instance=0,
                scope_instance=self.scope_instance(token),
                process_id=token.process.process_id,
            )
        )

    # --- tokens ------------------------------------------------------------------------------------------------------

    def spawn(self, spec: Any, owner: Token, parent: Token, **internal: Any) -> Token:
        """A new token of an owner, standing before an element."""
        token = Token(self, spec, self.next_number(), owner, parent, TaskState.FUTURE)
        if internal:
            token.internal_data.update(internal)
        owner.members[token.id] = None
        self.open_tokens += 1
        return token

    def room_for(self, tokens: int) -> None:
        """Raises Fault `budget` when so many more open tokens would be too many."""
        if self.open_tokens + tokens > self.budget.open_tokens:
            raise Fault(
                "budget",
                f"Expected at most {self.budget.open_tokens} open tokens in one instance, "
                f"found {self.open_tokens} and {tokens} more to come.",
                "Look for a loop that splits and never joins.",
            )

    def remove(self, token: Token) -> None:
        """Take an ended token out of its owner; out of the tree too, unless all history is to be kept."""
        owner = self.tasks[token.owner]
        if token.id in owner.members:
            del owner.members[token.id]
            self.open_tokens -= 1
        if not self.compact:
            return
        parent = token.parent
        if parent is not None:
            parent._children.pop(token.id, None)
            for child in token._children:
                self.tasks[child]._parent = parent.id
                parent._children[child] = None
        token._children = {}
        self.tasks.pop(token.id, None)

    def _task_completed_notify(self, task: Token) -> None:
        """SpiffWorkflow tells that a task completed, after its children were told."""
        if task.id == ROOT:
            return
        owner = self.tasks[task.owner]
        self.remove(task)
        owner.task_spec.member_left(owner, task)

    # --- waits -------------------------------------------------------------------------------------------------------

    def open_wait(self, wait: Wait, kind: str, token: Token, facts: list[Any]) -> None:
        """Let a token wait for the outside."""
        self.waits[wait.wait] = OpenWait(kind, wait.element_id, token.id, facts, wait.scope_instance == token.id)
        token.waits.append(wait.wait)
        self.opened[wait.wait] = wait

    def close_wait(self, number: int) -> None:
        """A wait is open no more."""
        wait = self.waits.pop(number)
        token = self.tasks.get(wait.token)
        if token is not None and number in token.waits:
            token.waits.remove(number)
        if self.opened.pop(number, None) is None:
            self.closed.append(number)

    def close_waits_of(self, token: Token) -> None:
        """All waits of a token end with it."""
        while token.waits:
            self.close_wait(token.waits[-1])

    # --- incidents ---------------------------------------------------------------------------------------------------

    def stand(self, token: Token, fault: Fault, retry: str) -> None:
        """A token cannot go on and stays where it is."""
        number = self.next_number()
        self.record(ActivityChange.failed, token, {"code": fault.code, "message": fault.message})
        self.incidents[number] = Standing(token.id, fault.code, retry)
        token.incident = number
        self.raised[number] = Incident(
            wait=number,
            element_id=token.task_spec.element_id,
            code=fault.code,
            message=fault.message,
            remedy=fault.remedy,
            scope_instance=self.scope_instance(token),
        )

    def attempt(self, token: Token, action: Callable[[], object]) -> None:
        """Let a token go on; a Fault makes an incident, and all else of the step stands."""
        self.effort.renew()
        try:
            action()
        except Fault as fault:
            if token._state == TaskState.STARTED:
                self.stand(token, fault, "anew" if fault.again else "leave")
            else:
                token._set_state(TaskState.WAITING)
                self.stand(token, fault, "enter")

    def clear_incident(self, token: Token) -> None:
        """The incident of a token is over: retried, or its token has ended."""
        if token.incident is None:
            return
        number, token.incident = token.incident, None
        del self.incidents[number]
        if self.raised.pop(number, None) is None:
            self.closed.append(number)
