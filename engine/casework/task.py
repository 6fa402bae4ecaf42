"""A task: work of a person. Who may see, take, give back, hand over and finish it.

How its holder hands it to a colleague is in `delegation`, what is refused in `task_refusals`.

open --claim--> claimed --release--> open
claimed --claim by the holder's deputy, assign, accept--> claimed
open, claimed --complete--> completed
open, claimed --cancel--> cancelled     (the process went another way)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine.casework.actor import Actor
from engine.casework.deputy import DeputyOfDeputy
from engine.casework.policy import Action, Thing, decide, permit
from engine.casework.separation import NO_RULES, Separation
from engine.casework.task_refusals import (
    AssigneeOutsideQueue,
    NotInQueue,
    NotSupervisor,
    NotTaskHolder,
    TaskChanged,
    TaskDone,
    TaskOfOnePerson,
    TaskTaken,
)
from engine.errors import OnewindowError
from engine.identity import QueueName


class TaskState(StrEnum):
    """Where a task stands."""

    open = "open"
    claimed = "claimed"
    completed = "completed"
    cancelled = "cancelled"


TASK_MOVES: Final[Mapping[TaskState, frozenset[TaskState]]] = {
    TaskState.open: frozenset({TaskState.claimed, TaskState.completed, TaskState.cancelled}),
    TaskState.claimed: frozenset({TaskState.open, TaskState.claimed, TaskState.completed, TaskState.cancelled}),
    TaskState.completed: frozenset(),
    TaskState.cancelled: frozenset(),
}
"""From each state, the states it may go to; claimed to claimed is a reassignment."""


def task_id_of(instance_id: str, wait: int) -> str:
    """The public identifier of a task: its instance's key, a hyphen, the number of its wait."""
    return f"{instance_id}-{wait}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. `id` is the instance's key, a hyphen and the wait's number."""

    instance_id: str
    wait: int
    element_id: str
    name: str
    queue: QueueName | None
    """None for a task that belongs to one person, such as the applicant."""
    state: TaskState = TaskState.open
    assignee: str | None = None
    """Account of the holder."""
    case_id: str | None = None
    priority: int = 50
    """0 to 100, higher first."""
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    form_id: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    claimed_at: datetime | None = None
    completed_at: datetime | None = None
    draft: Mapping[str, Any] | None = None
    """Answers saved but not sent."""
    version: int = 1
    acted_for: str | None = None
    """Account that the holder acts for: an absent colleague, or the applicant under a mandate. None for herself."""
    offered_to: str | None = None
    """Account of the colleague that the holder wants to hand it to, until she says yes or no."""
    service_key: str | None = field(default=None, compare=False)
    """The service of its case; it is kept with the case."""

    @property
    def id(self) -> str:
        """The public identifier."""
        return task_id_of(self.instance_id, self.wait)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a person."""
        return bool(TASK_MOVES[self.state])

    @property
    def principal(self) -> str | None:
        """Whose task it is, where it belongs to one person: it stays hers when somebody acts for her."""
        return self.acted_for or self.assignee

    @property
    def thing(self) -> Thing:
        """As the policy knows it."""
        queue = self.queue
        return Thing(
            kind="task",
            key=self.id,
            agency=queue.agency if queue is not None else None,
            queue=queue,
            person=self.principal if queue is None else None,
            service=self.service_key,
            holder=self.assignee if queue is not None else None,
            asked=self.offered_to,
        )

    def may_be_seen_by(self, actor: Actor) -> bool:
        """Members of its queue, deputies of absent ones, and supervisors of its agency.

        A task without a queue is seen by the person it belongs to, and by who holds her mandate for its service. To
        have claimed a task once is no duty: who was taken out of the queue does not see it any more.
        """
        return decide(actor, Action.see_task, self.thing).allowed

    def require_seen_by(self, actor: Actor) -> None:
        """Raises NotFound for who may not know that it exists."""
        permit(actor, Action.see_task, self.thing)

    def claim(self, by: Actor, at: datetime, rules: Separation = NO_RULES) -> Task:
        """Give the task to `by`; a deputy may take what her absent colleague holds. Safe to repeat.

        Raises TaskDone, TaskTaken, NotInQueue, DeputyOfDeputy, DutiesSeparated, NotFound.
        """
        self._require_open(by)
        acted_for = self._taken_by(by, "claim", rules)
        rules.require(by.account, acted_for, claims=True)
        if self.assignee == by.account and self.state is TaskState.claimed and acted_for == self.acted_for:
            return self
        return self._held_by(by.account, at, acted_for)

    def release(self, by: Actor) -> Task:
        """Give the task back to its queue; its holder, her deputy or a supervisor may. Safe to repeat.

        Raises TaskDone, NotTaskHolder, TaskOfOnePerson, NotFound.
        """
        self._require_open(by)
        if self.state is TaskState.open:
            return self
        if self.queue is None:
            raise TaskOfOnePerson(self)
        if not decide(by, Action.release_task, self.thing).allowed:
            raise NotTaskHolder(self, "release")
        return self.given_back()

    def given_back(self) -> Task:
        """Open in its queue again, whoever held it."""
        return replace(
            self,
            state=TaskState.open,
            assignee=None,
            acted_for=None,
            offered_to=None,
            claimed_at=None,
            version=self.version + 1,
        )

    def assign(self, to: Actor, by: Actor, at: datetime, rules: Separation = NO_RULES) -> Task:
        """Hand the task to a member of its queue, or to a deputy of one; supervisors of the agency may.

        Raises TaskDone, NotSupervisor, AssigneeOutsideQueue, DutiesSeparated, NotFound.
        """
        self._require_open(by)
        if self.queue is None or not decide(by, Action.assign_task, self.thing).allowed:
            raise NotSupervisor
        if not to.may_work_in(self.queue):
            raise AssigneeOutsideQueue(self.queue)
        return self.held_by(to, at, rules)

    def save_draft(self, answers: Mapping[str, Any], by: Actor, seen_version: int | None) -> Task:
        """Keep answers for later; only its holder may. Raises TaskChanged when another version was seen."""
        self._require_open(by)
        self.require_held_by(by, Action.draft_task, "keep a draft of")
        if seen_version is not None and seen_version != self.version:
            raise TaskChanged(self, seen_version)
        return replace(self, draft=dict(answers), version=self.version + 1)

    def complete(self, by: Actor, at: datetime, rules: Separation = NO_RULES) -> Task:
        """Finish the task: its holder or her deputy, or a member of its queue while nobody holds it.

        Whoever finishes it must be let into the queue now, not only when she claimed it, and be a person whom the
        rules of separation allow now. Raises TaskDone, TaskTaken, NotInQueue, DeputyOfDeputy, DutiesSeparated,
        NotFound.
        """
        self._require_open(by)
        acted_for = self._taken_by(by, "complete", rules)
        rules.require(by.account, acted_for)
        return replace(
            self,
            state=TaskState.completed,
            acted_for=acted_for,
            assignee=by.account,
            offered_to=None,
            completed_at=at,
            draft=None,
            version=self.version + 1,
        )

    def cancel(self, at: datetime) -> Task:
        """The process no longer needs it. Raises TaskDone."""
        if not self.is_open:
            raise TaskDone(self)
        return replace(
            self,
            state=TaskState.cancelled,
            offered_to=None,
            completed_at=at,
            draft=None,
            version=self.version + 1,
        )

    def require_held_by(self, by: Actor, action: Action, act: str) -> None:
        """Only who holds the task and may work in its queue now, or whom it belongs to. Raises NotTaskHolder."""
        if not decide(by, action, self.thing).allowed:
            raise NotTaskHolder(self, act)

    def held_by(self, to: Actor, at: datetime, rules: Separation = NO_RULES) -> Task:
        """In the hands of a member of its queue, or of a deputy, who acts for the absent one.

        Raises DutiesSeparated.
        """
        acted_for = acts_for_in(to, self.queue, rules)
        rules.require(to.account, acted_for, claims=True)
        return self._held_by(to.account, at, acted_for)

    def claim_refusal(self, actor: Actor, rules: Separation = NO_RULES) -> OnewindowError | None:
        """What a claim would be refused with now; None where it would give her the task, or she has it."""
        try:
            self.claim(actor, self.created_at, rules)
        except OnewindowError as refusal:
            return refusal
        return None

    def _taken_by(self, by: Actor, act: str, rules: Separation) -> str | None:
        """For whom `by` acts when she takes it: None for herself. Raises TaskTaken, NotInQueue, DeputyOfDeputy."""
        if self.queue is None:
            if not decide(by, Action.complete_task, self.thing).allowed:
                raise TaskTaken(self)
            return None if by.account == self.assignee else self.assignee
        if not decide(by, Action.claim_task, self.thing).allowed:
            raise NotInQueue(self, act)
        colleagues = by.stands_in_for(self.queue)
        if self.assignee is not None and self.assignee != by.account:
            if self.assignee not in colleagues:
                raise TaskTaken(self)
            if self.acted_for is not None:
                raise DeputyOfDeputy(f"who holds task {self.id} does it for somebody else.")
            return self.assignee
        if self.assignee is not None and self.acted_for in colleagues:
            return self.acted_for
        return acts_for_in(by, self.queue, rules)

    def _held_by(self, account: str, at: datetime, acted_for: str | None) -> Task:
        return replace(
            self,
            state=TaskState.claimed,
            assignee=account,
            acted_for=acted_for,
            offered_to=None,
            claimed_at=at,
            version=self.version + 1,
        )

    def _require_open(self, by: Actor) -> None:
        self.require_seen_by(by)
        if not self.is_open:
            raise TaskDone(self)


def acts_for_in(actor: Actor, queue: QueueName | None, rules: Separation = NO_RULES) -> str | None:
    """For whom somebody works in a queue: None for herself, else an absent colleague.

    Of several the first one whom the rules of separation allow.
    """
    return None if actor.works_in(queue) else rules.chosen(actor.account, actor.stands_in_for(queue), claims=True)


__all__ = [
    "TASK_MOVES",
    "AssigneeOutsideQueue",
    "NotInQueue",
    "NotSupervisor",
    "NotTaskHolder",
    "Task",
    "TaskChanged",
    "TaskDone",
    "TaskOfOnePerson",
    "TaskState",
    "TaskTaken",
    "acts_for_in",
    "task_id_of",
]
