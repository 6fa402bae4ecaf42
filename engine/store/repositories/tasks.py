"""Tasks of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from engine.casework.task import Task, TaskState, task_id_of
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.records import InstanceRecord
from engine.store.repositories.instances import INSTANCE, LOCKED, WITH_CASE, locked_record, locked_row
from engine.store.rows import columns_of, of_task, table_of, taken, to_task
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import tasks as tables

TASK = table_of(tables.Task)
TASK_COLUMNS = columns_of(tables.Task)

_LOCK = (
    select(*LOCKED, *TASK_COLUMNS)
    .select_from(WITH_CASE.join(TASK, TASK.c.instance_id == INSTANCE.c.id))
    .where(TASK.c.instance_id == bindparam("key"), TASK.c.wait == bindparam("number"))
    .with_for_update(of=[INSTANCE, TASK])
)
_HELD = select(TASK.c.instance_id, TASK.c.wait).where(
    TASK.c.state.in_([literal_column(f"'{state}'") for state in (TaskState.open, TaskState.claimed)])
)
_OPEN = insert(TASK).execution_options(**SENT_TOGETHER)
_CHANGED = (
    "state", "assignee", "priority", "priority_rank", "due_at", "due_rank", "follow_up_at", "claimed_at",
    "completed_at", "draft", "version", "acted_for", "offered_to",
)  # fmt: skip
_SAVE = (
    update(TASK)
    .where(TASK.c.instance_id == bindparam("key"), TASK.c.wait == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_HURRY = (
    update(TASK)
    .where(TASK.c.instance_id == bindparam("key"), TASK.c.priority < bindparam("least"))
    .where(TASK.c.state.in_([str(TaskState.open), str(TaskState.claimed)]))
    .values(priority=bindparam("least"), priority_rank=bindparam("rank"))
    .execution_options(**SENT_TOGETHER)
)
_HOLDERS = select(TASK.c.assignee, TASK.c.queue).where(
    TASK.c.instance_id == bindparam("key"),
    TASK.c.state.in_([str(TaskState.open), str(TaskState.claimed)]),
)
_CANCEL = (
    update(TASK)
    .where(TASK.c.instance_id == bindparam("key"), TASK.c.wait.in_(bindparam("numbers", expanding=True)))
    .where(TASK.c.state.in_([str(TaskState.open), str(TaskState.claimed)]))
    .values(
        state=str(TaskState.cancelled),
        offered_to=None,
        completed_at=bindparam("at"),
        draft=None,
        version=TASK.c.version + 1,
    )
    .execution_options(**SENT_TOGETHER)
)


@dataclass(frozen=True, slots=True)
class Holders:
    """Who works on an instance."""

    assignees: frozenset[str]
    """Accounts."""
    queues: frozenset[str]


class Tasks:
    """Tasks of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, task_id: str) -> tuple[Task, InstanceRecord]:
        """A task with its instance and case, kept from all others until the transaction ends. Raises NotFound."""
        instance_id, _, wait = task_id.partition("-")
        if not (wait.isascii() and wait.isdigit() and len(wait) <= 15):
            raise NotFound.of("task", task_id)
        row = locked_row(self._connection, _LOCK, {"key": instance_id, "number": int(wait)})
        if row is None:
            raise NotFound.of("task", task_id)
        record = locked_record(row)
        service = record.case.service_key if record.case is not None else None
        return to_task(taken(TASK_COLUMNS, row, len(LOCKED)), service), record

    def held_in(self, account: str, queues: Collection[QueueName]) -> list[str]:
        """The open tasks that somebody holds in some queues, by id; not locked."""
        statement = _HELD.where(TASK.c.assignee == account, TASK.c.queue.in_([str(queue) for queue in queues]))
        return [task_id_of(row.instance_id, row.wait) for row in self._connection.execute(statement)]

    def open_many(self, tasks: Sequence[Task]) -> None:
        """Put new tasks into their queues."""
        if tasks:
            self._connection.execute(_OPEN, [of_task(task) for task in tasks])

    def save(self, task: Task) -> None:
        """Keep a task as it is now; it must be locked."""
        row = of_task(task)
        values = {"key": task.instance_id, "number": task.wait, **{f"new_{name}": row[name] for name in _CHANGED}}
        self._connection.execute(_SAVE, values)

    def holders(self, instance_id: str) -> Holders:
        """Who works on the open tasks of an instance: those who hold one, and the queues of those that nobody holds."""
        rows = self._connection.execute(_HOLDERS, {"key": instance_id}).all()
        return Holders(
            assignees=frozenset(row.assignee for row in rows if row.assignee),
            queues=frozenset(row.queue for row in rows if row.queue and not row.assignee),
        )

    def hurry(self, instance_id: str, priority: int) -> None:
        """Give the open tasks of an instance at least this priority."""
        self._connection.execute(_HURRY, {"key": instance_id, "least": priority, "rank": 100 - priority})

    def cancel_many(self, instance_id: str, waits: Collection[int], at: datetime) -> None:
        """Close tasks that the process no longer needs."""
        if waits:
            self._connection.execute(_CANCEL, {"key": instance_id, "numbers": list(waits), "at": at})
