"""What is refused about a task, and what to do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Forbidden, Refused
from engine.identity import QueueName

if TYPE_CHECKING:
    from engine.casework.task import Task


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


class NotOffered(Forbidden):
    """Only the colleague a task is offered to may take it so."""

    code = "task-not-offered"

    def __init__(self, task: Task) -> None:
        super().__init__(
            f"Task {task.id} is not offered to you.", remedy="Look at your queue again; the offer may be taken back."
        )
