"""Queues of tasks and single tasks, as their clerks, applicants and supervisors see them.

The first page of a queue must not depend on how long the queue is: each queue has an index in the order of each sort,
and the pages of several queues are merged from the first rows of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
    union_all,
)

from engine.casework.actor import Actor
from engine.casework.policy import Action, Relation, Thing, decide
from engine.casework.separation import NO_RULES, DutiesSeparated, Separation
from engine.casework.task import Task, TaskState
from engine.errors import Invalid, NotFound
from engine.identity import QueueName
from engine.store.encryption.columns import shown
from engine.store.queries.paging import CursorUnknown, Page, bounded, decode_cursor, page_of
from engine.store.queries.permitted import MOST_MANDATORS, Columns, Condition, conditions
from engine.store.queries.separations import separations
from engine.store.queries.spelling import contains
from engine.store.rows import columns_of, due_rank, table_of, taken, to_task, to_variables
from engine.store.tables import tasks as tables
from engine.store.tables.accounts import Account
from engine.store.tables.cases import Case
from engine.store.tables.instances import Instance

_TASK = table_of(tables.Task)
_CASE = table_of(Case)
_ACCOUNT = table_of(Account)
_PRINCIPAL = _ACCOUNT.alias("principal")
_INSTANCE = table_of(Instance)
_COLUMNS = columns_of(tables.Task, "draft")
# Written out, not bound: only then does a database see that the indexes of open tasks serve a statement.
_IS_OPEN: Final = _TASK.c.state.in_([literal_column(f"'{state}'") for state in (TaskState.open, TaskState.claimed)])
_RANKS: Final = {"due": _TASK.c.due_rank, "created": _TASK.c.created_at, "priority": _TASK.c.priority_rank}
_MOST_QUEUES: Final = 50
_NO_COLUMNS: Final = Columns()
"""Relations to a task are made of its own columns, here."""
_OPEN_STATES: Final = ("active", str(TaskState.open), str(TaskState.claimed))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task in a list, without what was drafted of it."""

    task: Task
    assignee_name: str | None
    acted_for_name: str | None
    case_number: str | None
    service_key: str | None
    may_claim: bool = False
    """Whether who asked would get it, if she claimed it now."""
    claim_barred: str | None = None
    """Why not, where the model wants another person."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.task, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetail(TaskRow):
    """A task with what is needed to show its form."""

    definition_id: str
    snapshot: bytes | None
    process_variables: dict[str, Any]
    """Of the process's own scope; what the task sees besides is in the snapshot."""


def queue_page(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    queue: Any = None,
    state: str = "active",
    mine: bool = False,
    offered: bool = False,
    overdue: bool = False,
    search: str | None = None,
    sort: str = "due",
    limit: int = 25,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """Tasks the actor may see: of her queues and agencies, of whom she stands in for, and her own and her mandators'.

    `state` is `active` (open or claimed) or one state; `queue` narrows to one, `mine` to what she holds, `offered` to
    what a colleague wants to hand to her; `search` looks in names and case numbers. Sorted by due date, age or
    priority. Of an actor with more than 50 queues the first 50 are shown. One statement, and one more for each agency
    that the actor oversees unless a queue, `mine` or `offered` narrows the list; at most four more where models on the
    page separate duties. Raises Invalid for an unknown sort, CursorUnknown.
    """
    if sort not in _RANKS:
        raise Invalid(f"Expected to sort by {', '.join(_RANKS)}, found {sort!r:.30}.", remedy="Choose one of them.")
    rank = _RANKS[sort]
    start = decode_cursor(cursor, str, int, str, int)
    if start is not None and start[0] != sort:
        raise CursorUnknown
    wanted = _in_state(state)
    if start is not None:
        wanted.append(tuple_(_raw(rank), _TASK.c.instance_id, _TASK.c.wait) > tuple_(*start[1:]))
    if overdue:
        wanted.append(_raw(_TASK.c.due_rank) < due_rank(now))
    if search:
        wanted.append(or_(contains(_TASK.c.name, search), contains(_CASE.c.number, search)))
    most = bounded(limit)
    has_ended = state not in _OPEN_STATES
    narrowed = [_TASK.c.assignee == actor.account] if mine else []
    narrowed += [_TASK.c.offered_to == actor.account] if offered else []
    order = (rank, _TASK.c.instance_id, _TASK.c.wait)
    parts = [
        _rows().where(where, *wanted).order_by(*order).limit(most + 1)
        for where in _visible_parts(connection, actor, str(queue) if queue else None, narrowed, has_ended=has_ended)
    ]
    if not parts:
        return Page(())
    if len(parts) == 1:
        rows = connection.execute(parts[0]).all()
    else:
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        rank_name = rank.name
        merged_order = (merged.c[rank_name], merged.c.instance_id, merged.c.wait)
        rows = connection.execute(select(merged).order_by(*merged_order).limit(most + 1)).all()
    found = _with_claims(connection, actor, [_row(row) for row in rows])
    return page_of(found, most, lambda one: (sort, _rank_of(one.task, sort), one.task.instance_id, one.task.wait))


def task_detail(connection: Connection, actor: Actor, task_id: str) -> TaskDetail:
    """One task with what its form shows. Raises NotFound also for who may not see it."""
    instance_id, _, wait = task_id.partition("-")
    if not (wait.isascii() and wait.isdigit() and len(wait) <= 15):
        raise NotFound.of("task", task_id)
    statement = (
        _rows()
        .add_columns(
            _INSTANCE.c.case_key, _INSTANCE.c.definition_id, _INSTANCE.c.snapshot, _INSTANCE.c.variables, _TASK.c.draft
        )
        .join(_INSTANCE, _INSTANCE.c.id == _TASK.c.instance_id)
        .where(_TASK.c.instance_id == instance_id, _TASK.c.wait == int(wait))
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound.of("task", task_id)
    short = _row(row)
    short.task.require_seen_by(actor)
    (short,) = _with_claims(connection, actor, [short])
    return TaskDetail(
        task=replace(short.task, draft=to_variables(row.draft) if row.draft else None),
        may_claim=short.may_claim,
        claim_barred=short.claim_barred,
        assignee_name=short.assignee_name,
        acted_for_name=short.acted_for_name,
        case_number=short.case_number,
        service_key=short.service_key,
        definition_id=row.definition_id,
        snapshot=row.snapshot,
        process_variables=to_variables(row.variables),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTaskRow:
    """A task that waits in an instance."""

    id: str
    name: str
    element_id: str
    queue: str | None


def open_tasks_of(connection: Connection, instance_id: str) -> list[OpenTaskRow]:
    """The open tasks of an instance, at most 1,000."""
    statement = (
        select(_TASK.c.wait, _TASK.c.name, _TASK.c.element_id, _TASK.c.queue)
        .where(_TASK.c.instance_id == instance_id, _IS_OPEN)
        .order_by(_TASK.c.wait)
        .limit(1_000)
    )
    return [
        OpenTaskRow(id=f"{instance_id}-{row.wait}", name=row.name, element_id=row.element_id, queue=row.queue)
        for row in connection.execute(statement)
    ]


def _rows() -> Select[Any]:
    return (
        select(
            *shown(_COLUMNS),
            *shown([_ACCOUNT.c.name.label("assignee_name"), _PRINCIPAL.c.name.label("acted_for_name")]),
            _CASE.c.number.label("case_number"),
            _CASE.c.service_key.label("service_key"),
        )
        .select_from(_TASK)
        .outerjoin(_ACCOUNT, _ACCOUNT.c.id == _TASK.c.assignee)
        .outerjoin(_PRINCIPAL, _PRINCIPAL.c.id == _TASK.c.acted_for)
        .outerjoin(_CASE, _CASE.c.id == _TASK.c.case_id)
    )


def _row(row: Any) -> TaskRow:
    return TaskRow(
        task=to_task({**taken(_COLUMNS, row), "draft": None}, row.service_key),
        assignee_name=row.assignee_name,
        acted_for_name=row.acted_for_name,
        case_number=row.case_number,
        service_key=row.service_key,
    )


def _with_claims(connection: Connection, actor: Actor, rows: list[TaskRow]) -> list[TaskRow]:
    """The rows, each saying whether the actor may claim it."""
    ruled = separations(connection, [row.task for row in rows])
    return [_with_claim(actor, row, ruled.get(row.task.id, NO_RULES)) for row in rows]


def _with_claim(actor: Actor, row: TaskRow, rules: Separation) -> TaskRow:
    if not row.task.is_open or row.task.queue is None or row.task.assignee == actor.account:
        return row
    refusal = row.task.claim_refusal(actor, rules)
    barred = refusal.message if isinstance(refusal, DutiesSeparated) else None
    return replace(row, may_claim=refusal is None, claim_barred=barred)


def _visible_parts(
    connection: Connection, actor: Actor, queue: str | None, narrowed: list[Condition], *, has_ended: bool
) -> Sequence[Condition]:
    """Conditions that part what the actor may see, without overlap; each is served by one index.

    They are made of the relations of the rule by which one task is seen. `narrowed` is what a list of the actor's own
    is found by.
    """
    if narrowed:
        in_queue = [_TASK.c.queue == queue] if queue else []
        seen = conditions(actor, Action.see_task, _NO_COLUMNS, _Seen(None, has_ended=True).makers)
        return [and_(*narrowed, or_(*seen), *in_queue)]
    if queue is not None:
        name = QueueName.parse(queue)
        lies_there = Thing(kind="task", queue=name, agency=name.agency)
        return [_TASK.c.queue == queue] if decide(actor, Action.see_task, lies_there).allowed else []
    return conditions(actor, Action.see_task, _NO_COLUMNS, _Seen(connection, has_ended=has_ended).makers)


class _Seen:
    """Each relation to a task as conditions, one an index; a queue is looked into once, however it is reached.

    Without a connection they are not of the queues that hold tasks but of their names: for few tasks that are found by
    another index. What somebody did for a person under a mandate stays that person's; only ended tasks can be such.
    """

    def __init__(self, connection: Connection | None, *, has_ended: bool) -> None:
        self._connection = connection
        self._has_ended = has_ended
        self._looked_into: set[str] = set()
        self.makers = {
            Relation.person: lambda actor, _: [self._of(actor.account, true())],
            Relation.representative: self._of_mandators,
            Relation.member: lambda actor, _: self._in(map(str, actor.queues)),
            Relation.deputy: lambda actor, _: self._in(map(str, actor.stands_in)),
            Relation.supervisor: self._overseen,
        }

    def _in(self, queues: Iterable[str]) -> list[Condition]:
        new = sorted(set(queues) - self._looked_into)
        if self._connection is None:
            return [_TASK.c.queue.in_(new)] if new else []
        del new[_MOST_QUEUES - len(self._looked_into) :]
        self._looked_into.update(new)
        return [_TASK.c.queue == one for one in new]

    def _overseen(self, actor: Actor, _: Columns) -> list[Condition]:
        if self._connection is None:
            return [_agency_of_queue(agency) for agency in sorted(actor.supervises)]
        return self._in(_queues_of(self._connection, actor.supervises))

    def _of_mandators(self, actor: Actor, _: Columns) -> list[Condition]:
        return [
            self._of(account, true() if services is None else _CASE.c.service_key.in_(sorted(services)))
            for account, services in sorted(actor.represents.items())[:MOST_MANDATORS]
            if account != actor.account
        ]

    def _of(self, account: str, of_service: Condition) -> Condition:
        by_herself = and_(_TASK.c.assignee == account, _TASK.c.acted_for.is_(None))
        own = or_(_TASK.c.acted_for == account, by_herself) if self._has_ended else _TASK.c.assignee == account
        return and_(_TASK.c.queue.is_(None), own, of_service)


def _agency_of_queue(agency: str) -> Condition:
    return func.substr(_TASK.c.queue, 1, len(agency) + 1) == f"{agency}:"


def _in_state(state: str) -> list[Condition]:
    if state == "active":
        return [_IS_OPEN]
    is_so = _TASK.c.state == state
    return [_IS_OPEN, is_so] if state in (TaskState.open, TaskState.claimed) else [is_so]


def _queues_of(connection: Connection, agencies: frozenset[str]) -> list[str]:
    """The queues of agencies that have open tasks: a walk along the index, one step a queue."""
    found: list[str] = []
    for agency in sorted(agencies):
        found += connection.execute(_WALK, {"after": f"{agency}:", "end": f"{agency};"}).scalars()  # ; comes after :
    return found


def _walk_along_queues() -> Select[Any]:
    following = select(_TASK.c.queue).where(_IS_OPEN, _TASK.c.queue < bindparam("end")).order_by(_TASK.c.queue).limit(1)
    first = following.where(_TASK.c.queue > bindparam("after")).subquery()
    reached = select(first.c.queue).cte("reached", recursive=True)
    step = following.where(_TASK.c.queue > reached.c.queue).correlate(reached).scalar_subquery()
    reached = reached.union_all(select(step).where(reached.c.queue.is_not(None)))
    return select(reached.c.queue).where(reached.c.queue.is_not(None)).limit(_MOST_QUEUES)


_WALK: Final = _walk_along_queues()


def _raw(column: Any) -> Any:
    """A column of moments as the number it is kept as, to be compared with a number of a cursor."""
    return type_coerce(column, BigInteger)


def _rank_of(task: Task, sort: str) -> int:
    if sort == "priority":
        return 100 - task.priority
    return due_rank(task.due_at if sort == "due" else task.created_at)
