"""A task: work of a person. Who may see, take, give back, hand over and finish it.

open --claim--> claimed --release--> open
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
from engine.errors import Forbidden, NotFound, Refused
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


class TaskDone(Refused):
    """The task was completed or cancelled before."""

    code = "task-done"

    def __init__(self, task: Task) -> None:
        when = f" since {task.completed_at:%Y-%m-%d %H:%M} UTC" if task.completed_at else ""
        super().__init__(
            f"Expected task {task.id} ({task.name}) to be open, but it is {task.state}{when}.",
            remedy="Look at your queue again; the case has moved on.",
            state=str(task.state),
        )


class TaskTaken(Refused):
    """Somebody else holds the task."""

    code = "task-taken"

    def __init__(self, task: Task) -> None:
        since = f" since {task.claimed_at:%H:%M} UTC" if task.claimed_at else ""
        super().__init__(
            f"Expected task {task.id} of queue {task.queue or 'of its own'} to be free, but somebody holds it{since}.",
            remedy="Ask them to release it, or ask your supervisor to reassign it.",
            holder=task.assignee,
        )


class NotTaskHolder(Forbidden):
    """Only the holder of a task may do this."""

    code = "not-task-holder"

    def __init__(self, task: Task, act: str) -> None:
        super().__init__(
            f"Only who holds task {task.id} may {act} it.", remedy="Claim it first, or ask its holder or supervisor."
        )


class NotInQueue(Forbidden):
    """Only members of the task's queue may take it."""

    code = "not-in-queue"

    def __init__(self, task: Task, act: str) -> None:
        super().__init__(
            f"Only members of queue {task.queue or 'of its holder'} may {act} task {task.id}.",
            remedy="Ask a member of the queue, or ask to be made one.",
        )


class NotSupervisor(Forbidden):
    """Only a supervisor of the agency may hand tasks out."""

    code = "not-supervisor"

    def __init__(self) -> None:
        super().__init__("Only a supervisor of the agency may assign its tasks.", remedy="Ask your supervisor.")


class AssigneeOutsideQueue(Refused):
    """A task is handed only to members of its queue."""

    code = "assignee-outside-queue"

    def __init__(self, queue: QueueName) -> None:
        super().__init__(
            f"Expected a member of queue {queue}; the account named is none.",
            remedy="Choose a member of the queue, or make the person one first.",
        )


class TaskOfOnePerson(Refused):
    """The task was never in a queue."""

    code = "task-of-one-person"

    def __init__(self, task: Task) -> None:
        super().__init__(f"Task {task.id} belongs to one person and has no queue to go back to.", remedy="Complete it.")


class TaskChanged(Refused):
    """The task is not what the caller last saw."""

    code = "task-changed"

    def __init__(self, task: Task, seen: int) -> None:
        super().__init__(
            f"Task {task.id} was changed meanwhile: you saw version {seen}, it is at {task.version}.",
            remedy="Read it again, then repeat your change.",
            version=task.version,
        )


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

    @property
    def id(self) -> str:
        """The public identifier."""
        return task_id_of(self.instance_id, self.wait)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a person."""
        return bool(TASK_MOVES[self.state])

    def may_be_seen_by(self, actor: Actor) -> bool:
        """Members of its queue, its holder, and supervisors of its agency."""
        return (
            actor.works_in(self.queue)
            or actor.account == self.assignee
            or actor.oversees(self.queue.agency if self.queue else None)
        )

    def require_seen_by(self, actor: Actor) -> None:
        """Raises NotFound for who may not know that it exists."""
        if not self.may_be_seen_by(actor):
            raise NotFound.of("task", self.id)

    def claim(self, by: Actor, at: datetime) -> Task:
        """Give the task to `by`. Safe to repeat. Raises TaskDone, TaskTaken, NotInQueue, NotFound."""
        self._require_open(by)
        if self.assignee == by.account:
            return self if self.state is TaskState.claimed else self._held_by(by.account, at)
        if self.assignee is not None:
            raise TaskTaken(self)
        if not by.works_in(self.queue):
            raise NotInQueue(self, "claim")
        return self._held_by(by.account, at)

    def release(self, by: Actor) -> Task:
        """Give the task back to its queue; its holder or a supervisor may. Safe to repeat.

        Raises TaskDone, NotTaskHolder, TaskOfOnePerson, NotFound.
        """
        self._require_open(by)
        if self.state is TaskState.open:
            return self
        if by.account != self.assignee and not by.oversees(self.queue.agency if self.queue else None):
            raise NotTaskHolder(self, "release")
        if self.queue is None:
            raise TaskOfOnePerson(self)
        return replace(self, state=TaskState.open, assignee=None, claimed_at=None, version=self.version + 1)

    def assign(self, to: Actor, by: Actor, at: datetime) -> Task:
        """Hand the task to a member of its queue; supervisors of the agency may.

        Raises TaskDone, NotSupervisor, AssigneeOutsideQueue, NotFound.
        """
        self._require_open(by)
        if self.queue is None or not by.oversees(self.queue.agency):
            raise NotSupervisor
        if not to.works_in(self.queue):
            raise AssigneeOutsideQueue(self.queue)
        return self._held_by(to.account, at)

    def save_draft(self, answers: Mapping[str, Any], by: Actor, seen_version: int | None) -> Task:
        """Keep answers for later; only its holder may. Raises TaskChanged when another version was seen."""
        self._require_open(by)
        if by.account != self.assignee:
            raise NotTaskHolder(self, "keep a draft of")
        if seen_version is not None and seen_version != self.version:
            raise TaskChanged(self, seen_version)
        return replace(self, draft=dict(answers), version=self.version + 1)

    def complete(self, by: Actor, at: datetime) -> Task:
        """Finish the task: its holder, or a member of its queue while nobody holds it.

        Raises TaskDone, TaskTaken, NotInQueue, NotFound.
        """
        self._require_open(by)
        if self.assignee is not None and self.assignee != by.account:
            raise TaskTaken(self)
        if self.assignee is None and not by.works_in(self.queue):
            raise NotInQueue(self, "complete")
        return replace(
            self,
            state=TaskState.completed,
            assignee=by.account,
            completed_at=at,
            draft=None,
            version=self.version + 1,
        )

    def cancel(self, at: datetime) -> Task:
        """The process no longer needs it. Raises TaskDone."""
        if not self.is_open:
            raise TaskDone(self)
        return replace(self, state=TaskState.cancelled, completed_at=at, draft=None, version=self.version + 1)

    def _held_by(self, account: str, at: datetime) -> Task:
        return replace(self, state=TaskState.claimed, assignee=account, claimed_at=at, version=self.version + 1)

    def _require_open(self, by: Actor) -> None:
        self.require_seen_by(by)
        if not self.is_open:
            raise TaskDone(self)
