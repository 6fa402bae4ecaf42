"""What a model says about the case beyond BPMN, by `zeebe:properties` of its elements.

milestone    key of a milestone of the service: entering the element makes it the case's
outcome      entering the element decides the case so, with the reasons in variable `decision`
evidence     key of an evidence requirement of the service, proved when the element is completed
agrees       expression on a task with `evidence`: whether the answer fits what the applicant stated
stopsClock   `true` on a user task, or on an event or task that waits for a message: meanwhile the clock stands still
term         name of a term of the service, on a timer: it is due when the term ends
notSameAs    and `sameAs`, `fourEyes`, `notApplicant` on a user task: who may do it (`casework.separation`)
secondFactor `fresh` on a user task: whoever completes it has proved a second factor just now (`casework.step_up`)
counting     `working-days` or `calendar-days`, on a timer (read by the kernel)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.bpmn.agreement import is_comparison
from engine.bpmn.model import (
    BoundaryEvent,
    CatchEvent,
    Event,
    FlowNode,
    MessageDefinition,
    MultiInstance,
    Process,
    ReceiveTask,
    TimerDefinition,
    UserTask,
)
from engine.calendar import Counting
from engine.casework.decision import Outcome
from engine.casework.separation import DECLARED, FOUR_EYES, NOT_APPLICANT, NOT_SAME_AS, SAME_AS, named_tasks
from engine.casework.step_up import FRESH, STEP_UP

MILESTONE: Final = "milestone"
OUTCOME: Final = "outcome"
EVIDENCE: Final = "evidence"
AGREES: Final = "agrees"
STOPS_CLOCK: Final = "stopsClock"
TERM: Final = "term"
COUNTING: Final = "counting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks of one process that are met by passing an element."""

    milestones: Mapping[str, str] = field(default_factory=dict)
    """Element id -> key of the milestone."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    """Element id -> how the case is decided there."""
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Task -> the tasks it is apart from, each with the rule; also of tasks of processes that are called."""
    tasks: frozenset[str] = frozenset()
    """The user tasks of the process, where it separates any."""

    @classmethod
    def of(cls, process: Process) -> Marks:
        """The marks of a process and its sub-processes; values that mean nothing are left out (see `mark_faults`)."""
        nodes = [node for _, node in process.scope.walk()]
        apart = apart_by_rules(process)
        return cls(
            apart=apart,
            tasks=frozenset(n.id for n in nodes if isinstance(n, UserTask)) if apart else frozenset(),
            milestones={n.id: n.meaning.properties[MILESTONE] for n in nodes if n.meaning.properties.get(MILESTONE)},
            outcomes={
                n.id: Outcome(n.meaning.properties[OUTCOME])
                for n in nodes
                if n.meaning.properties.get(OUTCOME) in list(Outcome)
            },
        )


@dataclass(frozen=True, slots=True)
class MarkFault:
    """A mark that cannot mean what was meant."""

    rule: str
    message: str
    remedy: str
    element_id: str
    line: int


def mark_faults(process: Process) -> Iterator[MarkFault]:
    """What is wrong with the marks themselves, whatever the service says."""
    for _, node in process.scope.walk():
        said = node.meaning.properties
        if OUTCOME in said and said[OUTCOME] not in list(Outcome):
            yield _fault(node, "unknown-outcome", OUTCOME, f"one of {', '.join(Outcome)}")
        if COUNTING in said and said[COUNTING] not in list(Counting):
            yield _fault(node, "unknown-counting", COUNTING, f"one of {', '.join(Counting)}")
        if AGREES in said and not _can_agree(node):
            yield _fault(
                node,
                "misplaced-comparison",
                AGREES,
                "an expression beginning with =, on a service task with `evidence`",
            )
        for name in DECLARED:
            if name in said and (not isinstance(node, UserTask) or not _is_rule(name, said[name])):
                yield _fault(node, "misplaced-separation", name, f"{_RULES[name]}, on a user task")
        if STEP_UP in said and (said[STEP_UP] != FRESH or not isinstance(node, UserTask)):
            yield _fault(node, "misplaced-second-factor", STEP_UP, "`fresh`, on a user task")
        if STOPS_CLOCK in said and (said[STOPS_CLOCK] not in ("true", "false") or not _may_stop(node)):
            yield _fault(node, "misplaced-stop", STOPS_CLOCK, "`true` or `false` on a user task or awaited message")
        if TERM in said and not _is_waiting_timer(node):
            yield _fault(node, "misplaced-term", TERM, "the name of a term, on a boundary or intermediate timer")


def apart_by_rules(process: Process) -> dict[str, dict[str, str]]:
    """Task -> the tasks it is apart from by `notSameAs` and `fourEyes`, both ways, each with the rule.

    A multi-instance with `fourEyes` is apart from itself: its instances are done by different persons.
    """
    found: dict[str, dict[str, str]] = {}

    def part(one: str, other: str, rule: str) -> None:
        found.setdefault(one, {}).setdefault(other, rule)
        found.setdefault(other, {}).setdefault(one, rule)

    groups: dict[str, list[UserTask]] = {}
    for _, node in process.scope.walk():
        if not isinstance(node, UserTask):
            continue
        said = node.meaning.properties
        for other in named_tasks(said.get(NOT_SAME_AS)):
            part(node.id, other, NOT_SAME_AS)
        if said.get(FOUR_EYES):
            groups.setdefault(said[FOUR_EYES].strip(), []).append(node)
    for tasks in groups.values():
        for position, task in enumerate(tasks):
            if isinstance(task.loop, MultiInstance):
                part(task.id, task.id, FOUR_EYES)
            for other_task in tasks[position + 1 :]:
                part(task.id, other_task.id, FOUR_EYES)
    return found


def marks_said(process: Process, name: str) -> Iterator[tuple[FlowNode, str]]:
    """Every element with the mark `name`, and what it says."""
    for _, node in process.scope.walk():
        if name in node.meaning.properties:
            yield node, node.meaning.properties[name]


_RULES: Final = {
    NOT_SAME_AS: "ids of tasks",
    SAME_AS: "ids of tasks",
    FOUR_EYES: "a word",
    NOT_APPLICANT: "`true` or `false`",
}


def _is_rule(name: str, said: str) -> bool:
    """Whether a rule of separation is written as it must be; what it names is checked later."""
    if name == NOT_APPLICANT:
        return said in ("true", "false")
    if name == FOUR_EYES:
        return len(said.split()) == 1
    return bool(named_tasks(said))


def _can_agree(node: FlowNode) -> bool:
    said = node.meaning.properties
    return node.meaning.task_definition is not None and EVIDENCE in said and is_comparison(said[AGREES])


def _may_stop(node: FlowNode) -> bool:
    """Whether somebody outside is waited for: a person, or a message that is not on the edge of something."""
    return isinstance(node, UserTask | ReceiveTask) or (
        isinstance(node, CatchEvent)
        and not isinstance(node, BoundaryEvent)
        and any(isinstance(definition, MessageDefinition) for definition in node.definitions)
    )


def _is_waiting_timer(node: FlowNode) -> bool:
    return (
        isinstance(node, Event)
        and isinstance(node, BoundaryEvent | CatchEvent)
        and any(isinstance(definition, TimerDefinition) for definition in node.definitions)
    )


def _fault(node: FlowNode, rule: str, name: str, expected: str) -> MarkFault:
    return MarkFault(
        rule,
        f"Expected the property {name!r} to be {expected}, found {node.meaning.properties[name]!r:.80}.",
        "Correct the property, or remove it.",
        node.id,
        node.line,
    )
