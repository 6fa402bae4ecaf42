"""What is wrong with the separation of duties in the models of a bundle. Pure.

Tasks that are named must exist, rules must not contradict each other, and there must be people enough: where the
members of queues are known, an assignment of people to tasks is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeAlias

from engine.bpmn.model import (
    BoundaryEvent,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    MultiInstance,
    Process,
    SubProcess,
    UserTask,
)
from engine.casework.separation import FOUR_EYES, NOT_APPLICANT, NOT_SAME_AS, SAME_AS, named_tasks
from engine.diagnostics import Diagnostic, Severity
from engine.errors import Invalid
from engine.identity import QueueName
from engine.runtime.bundle import Bundle
from engine.runtime.marks import apart_by_rules
from engine.runtime.people_enough import fewest, fits
from engine.runtime.ways import Drawn, Place, Ways

ModelOf: TypeAlias = Callable[[str], Process | None]
Members: TypeAlias = Callable[[QueueName], frozenset[str]]
_APPLICANT: Final = "case.applicant"
_MOST_COPIES: Final = 20
_CONTRADICTION: Final = "contradictory-separation"
_NO_EFFECT: Final = "separation-without-effect"
_TOO_FEW: Final = "too-few-people"


def check_separations(bundle: Bundle, deployed: ModelOf, members: Members | None) -> None:
    """Add a finding for every fault; `members` tells who works in a queue, None where that is not known."""
    for process_id, process in bundle.models.items():
        if not any(_rules(node) for _, node in process.scope.walk()):
            continue

        def model_of(key: str) -> Process | None:
            return bundle.models.get(key) or deployed(key)

        look = _Look(process, model_of, bundle.file_of("process", process_id))
        bundle.findings.extend(look.faults())
        if members is not None:
            bundle.findings.extend(look.shortages(members))


@dataclass(frozen=True, slots=True)
class _Task:
    """A user task, and the process it is drawn in."""

    place: Place
    node: UserTask

    @property
    def queue(self) -> QueueName | None:
        """Where it lies, when that is said plainly."""
        who = self.node.meaning.assignment
        try:
            return QueueName.parse(who.candidate_groups) if who is not None and who.candidate_groups else None
        except Invalid:
            return None

    @property
    def is_the_applicants(self) -> bool:
        """Whether the model gives it to the applicant herself."""
        who = self.node.meaning.assignment
        return who is not None and not who.candidate_groups and _APPLICANT in (who.assignee or "")

    def said(self, name: str) -> str | None:
        """A property."""
        return self.node.meaning.properties.get(name)


class _Look:
    """One look at a process with rules of separation, and at all that it calls."""

    def __init__(self, process: Process, model_of: ModelOf, file: str | None) -> None:
        def drawn(key: str) -> Drawn | None:
            found = model_of(key)
            return None if found is None else Drawn(found, {})

        self._process, self._file = process, file
        self._ways = Ways(Drawn(process, {}), drawn)
        self._tasks: dict[str, _Task] = {}
        for place in self._ways.places:
            if isinstance(place.node, UserTask):
                self._tasks.setdefault(place.node.id, _Task(place, place.node))
        self._own = [one for one in self._tasks.values() if one.place.process_id == process.id]
        self._apart = apart_by_rules(process)
        self._leads: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}

    # --- what can never be ------------------------------------------------------------------------------------------

    def faults(self) -> Iterator[Diagnostic]:
        """Unknown names, contradictions, and rules that never bind."""
        for task in self._own:
            for name in (NOT_SAME_AS, SAME_AS):
                for other in named_tasks(task.said(name)):
                    yield from self._of_name(task, name, other)
            yield from self._of_applicant(task)
        yield from self._of_same()
        yield from self._of_groups()

    def _of_name(self, task: _Task, rule: str, other: str) -> Iterator[Diagnostic]:
        found = self._tasks.get(other)
        if found is None:
            near = get_close_matches(other, self._tasks, n=1)
            yield self._error(
                "unknown-task",
                f"The property {rule!r} names {other!r:.80}, which is no user task of this process or of one it calls.",
                f"Write {near[0]}." if near else "Write the id of a user task.",
                task.node,
            )
        elif rule == SAME_AS and other == task.node.id:
            yield self._error(_CONTRADICTION, "A task cannot go on with itself.", "Name an earlier task.", task.node)
        elif rule == SAME_AS and not self._leads_to(found, task):
            yield self._warning(
                f"No way leads from {other!r:.80} to {task.node.id!r:.80}, so nobody has ever done it before.",
                "Name a task that comes before, or remove the property.",
                task.node,
            )
        elif rule == NOT_SAME_AS and not self._are_met(task, found):
            yield self._warning(
                f"No case meets both {other!r:.80} and {task.node.id!r:.80}, so the rule parts nobody."
                if other != task.node.id
                else f"The task {other!r:.80} is done once in a case, so it cannot be done by another person again.",
                "Name a task that is done in the same case, or remove the property.",
                task.node,
            )

    def _of_applicant(self, task: _Task) -> Iterator[Diagnostic]:
        if task.said(NOT_APPLICANT) != "true":
            return
        before = [self._tasks[name] for name in named_tasks(task.said(SAME_AS)) if name in self._tasks]
        if task.is_the_applicants or (before and all(one.is_the_applicants for one in before)):
            yield self._error(
                _CONTRADICTION,
                "The task belongs to the applicant, and says that it is not done by her: nobody can do it.",
                "Give it a queue, or remove the property notApplicant.",
                task.node,
            )

    def _of_same(self) -> Iterator[Diagnostic]:
        """`sameAs` against `notSameAs` and `fourEyes`, also over several steps."""
        leader = {name: name for name in self._tasks}

        def first(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        for task in self._own:
            same = [one for one in named_tasks(task.said(SAME_AS)) if one in self._tasks]
            if len(same) == 1:
                leader[first(task.node.id)] = first(same[0])
        for task in self._own:
            for other, rule in self._apart.get(task.node.id, {}).items():
                is_bound = task.said(SAME_AS) is not None
                if other not in self._tasks or first(task.node.id) != first(other):
                    continue
                if (other == task.node.id and is_bound) or (other != task.node.id and other > task.node.id):
                    yield self._error(
                        _CONTRADICTION,
                        f"By sameAs the tasks {task.node.id!r:.80} and {other!r:.80} are done by one person, "
                        f"by {rule} by different ones: nobody can do both.",
                        "Remove one of the two rules.",
                        task.node,
                    )

    def _of_groups(self) -> Iterator[Diagnostic]:
        groups: dict[str, list[_Task]] = {}
        for task in self._own:
            if task.said(FOUR_EYES):
                groups.setdefault((task.said(FOUR_EYES) or "").strip(), []).append(task)
        for word, tasks in groups.items():
            if len(tasks) == 1 and not isinstance(tasks[0].node.loop, MultiInstance):
                yield self._warning(
                    f"No other task of the process bears the word {word!r:.80}, so four eyes are two.",
                    "Write the same word at the other task, or remove the property.",
                    tasks[0].node,
                )

    def _leads_to(self, here: _Task, there: _Task) -> bool:
        return there.place.key in self._led_to_by(here.place)

    def _led_to_by(self, place: Place) -> frozenset[tuple[str, str]]:
        if place.key not in self._leads:
            self._leads[place.key] = self._ways.led_to_by(place)
        return self._leads[place.key]

    def _are_met(self, one: _Task, other: _Task) -> bool:
        """Whether one case can meet both: one after the other, or at once."""
        if one.node.id == other.node.id:
            return isinstance(one.node.loop, MultiInstance) or self._leads_to(one, one)
        if self._leads_to(one, other) or self._leads_to(other, one):
            return True
        if any(isinstance(place.node, SubProcess) and place.node.triggered_by_event for place in self._ways.places):
            return True
        splits = _split_at(self._ways.places)
        return any({one.place.key, other.place.key} <= self._led_to_by(place) for place in splits)

    # --- whether there are people enough ----------------------------------------------------------------------------

    def shortages(self, members: Members) -> Iterator[Diagnostic]:
        """Warnings where the people who work in the queues now cannot do all tasks as the rules want it."""
        for group in self._bound_together():
            people = {one.node.id: members(queue) for one in group if (queue := one.queue) is not None}
            if len(people) < len(group) or not all(people.values()):
                continue
            places, apart, same = self._problem(group)
            choices = [people[task] for task in places]
            if fits(choices, apart, same):
                continue
            needed = fewest(len(places), apart, same)
            queues = sorted({str(one.queue) for one in group})
            have = ", ".join(f"{queue} has {len(members(QueueName.parse(queue)))}" for queue in queues)
            names = ", ".join(sorted(people))
            last = max(group, key=lambda one: one.node.line)
            yield Diagnostic(
                _TOO_FEW,
                f"By the rules of separation, the tasks {names:.200} of one case need {needed} different people who "
                f"may do them; {have} now.",
                "Let more people become members of the queue, or separate fewer tasks.",
                Severity.warning,
                element_id=last.node.id,
                line=last.node.line or None,
                file=self._file,
            )

    def _bound_together(self) -> Iterator[list[_Task]]:
        """Tasks that rules bind to each other, directly or over others."""
        ties: dict[str, set[str]] = {name: set(others) for name, others in self._apart.items()}
        for task in self._own:
            for other in named_tasks(task.said(SAME_AS)):
                ties.setdefault(task.node.id, set()).add(other)
                ties.setdefault(other, set()).add(task.node.id)
        left = {name for name in ties if name in self._tasks}
        while left:
            ahead, group = [min(left)], set[str]()
            while ahead:
                name = ahead.pop()
                if name in left:
                    left.discard(name)
                    group.add(name)
                    ahead += ties[name]
            yield [self._tasks[name] for name in sorted(group)]

    def _problem(self, group: Sequence[_Task]) -> tuple[list[str], set[tuple[int, int]], set[tuple[int, int]]]:
        """Each piece of work of a group by its task, which pieces are apart, and which are of one person."""
        pieces = [one.node.id for one in group for _ in range(self._copies(one))]
        numbers: dict[str, list[int]] = {}
        for number, task in enumerate(pieces):
            numbers.setdefault(task, []).append(number)
        apart: set[tuple[int, int]] = set()
        same: set[tuple[int, int]] = set()
        for one in group:
            task = one.node.id
            for other in self._apart.get(task, {}):
                apart |= {(a, b) for a in numbers[task] for b in numbers.get(other, ()) if a != b}
            before = [name for name in named_tasks(one.said(SAME_AS)) if name in numbers]
            if len(before) == 1:
                same |= {(a, numbers[before[0]][0]) for a in numbers[task]}
        return pieces, apart, same

    def _copies(self, task: _Task) -> int:
        """How many people a task needs by itself: as many as its instances, where they are apart; at least two."""
        loop = task.node.loop
        if task.node.id not in self._apart.get(task.node.id, {}):
            return 1
        said = (loop.cardinality or "").lstrip("= ") if isinstance(loop, MultiInstance) else ""
        return min(max(int(said), 1), _MOST_COPIES) if said.isascii() and said.isdigit() else 2

    def _error(self, rule: str, message: str, remedy: str, node: FlowNode) -> Diagnostic:
        return self._finding(rule, message, remedy, node, Severity.error)

    def _warning(self, message: str, remedy: str, node: FlowNode) -> Diagnostic:
        return self._finding(_NO_EFFECT, message, remedy, node, Severity.warning)

    def _finding(self, rule: str, message: str, remedy: str, node: FlowNode, severity: Severity) -> Diagnostic:
        return Diagnostic(rule, message, remedy, severity, element_id=node.id, line=node.line or None, file=self._file)


def _rules(node: FlowNode) -> Iterable[str]:
    said: Mapping[str, str] = node.meaning.properties if isinstance(node, UserTask) else {}
    return [name for name in (NOT_SAME_AS, SAME_AS, FOUR_EYES, NOT_APPLICANT) if name in said]


def _split_at(places: Sequence[Place]) -> list[Place]:
    """Places behind which several tokens may go on at once; read generously, for what is met is nothing to warn of."""
    hosts = {
        (place.process_id, node.attached_to)
        for place in places
        if isinstance(node := place.node, BoundaryEvent) and not node.cancels_activity
    }
    return [place for place in places if place.key in hosts or _may_split(place.node)]


def _may_split(node: FlowNode) -> bool:
    return len(node.outgoing) > 1 and not isinstance(node, ExclusiveGateway | EventBasedGateway)
