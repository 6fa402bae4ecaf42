"""What rules of separation are held against: who did and holds what in instances, and whom mandates bind to applicants.

For one task that is acted on, and for a page of them; each needs the same few statements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, func, or_, select

from engine.casework.case import Case
from engine.casework.mandate import MandateState
from engine.casework.separation import (
    APART,
    NOT_APPLICANT,
    SAME_AS,
    DoneBy,
    Separation,
    is_separated,
    named_tasks,
    read_apart,
)
from engine.casework.task import Task, TaskState
from engine.store.repositories.mandates import MANDATE
from engine.store.repositories.tasks import TASK
from engine.store.rows import table_of
from engine.store.tables import accounts as tables
from engine.store.tables.cases import Case as CaseTable

_CASE = table_of(CaseTable)
_ACCOUNT = table_of(tables.Account)
_MEMBERSHIP = table_of(tables.Membership)
_DONE, _HELD = str(TaskState.completed), str(TaskState.claimed)
_GIVEN = [str(MandateState.active), str(MandateState.revoked)]


def separations(
    connection: Connection, tasks: Sequence[Task], cases: Mapping[str, Case] | None = None
) -> dict[str, Separation]:
    """The rules of those of the tasks that have any, by task. `cases` are those at hand already, by task.

    At most four statements: one for what was done, one more each where applicants and who has left must be known.
    """
    ruled = [task for task in tasks if is_separated(task.properties)]
    if not ruled:
        return {}
    done = _done_in(connection, {task.instance_id for task in ruled})
    kin = _applicants(connection, [one for one in ruled if one.properties.get(NOT_APPLICANT) == "true"], cases or {})
    gone = _gone(connection, ruled, done)
    return {
        task.id: Separation(
            task_name=task.name,
            queue=str(task.queue or ""),
            apart_from=read_apart(task.properties.get(APART)),
            same_as=frozenset(named_tasks(task.properties.get(SAME_AS))),
            not_applicant=task.properties.get(NOT_APPLICANT) == "true",
            # she may do again what she holds herself
            done=[one for wait, one in done[task.instance_id] if wait != task.wait],
            applicants=kin.get(task.id, frozenset()),
            gone=gone.get(task.id, frozenset()),
        )
        for task in ruled
    }


def done_in(connection: Connection, instance_id: str) -> list[DoneBy]:
    """Who has completed which element of an instance and for whom, the first one first; then who holds one."""
    return [one for _, one in _done_in(connection, {instance_id})[instance_id]]


def _done_in(connection: Connection, instances: Collection[str]) -> dict[str, list[tuple[int, DoneBy]]]:
    """With the last wait of each; what somebody did many times comes once, as she did it the last time."""
    last = func.max(TASK.c.completed_at)
    wait = func.max(TASK.c.wait)
    who = (TASK.c.instance_id, TASK.c.element_id, TASK.c.assignee, TASK.c.acted_for, TASK.c.state)
    statement = (
        select(*who, func.max(TASK.c.name).label("name"), wait.label("last_wait"))
        .where(TASK.c.instance_id.in_(sorted(instances)), TASK.c.state.in_([_DONE, _HELD]))
        .where(TASK.c.assignee.is_not(None))
        .group_by(*who)
        .order_by(TASK.c.state.desc(), last, wait)
    )
    found: dict[str, list[tuple[int, DoneBy]]] = {instance: [] for instance in instances}
    for row in connection.execute(statement):
        one = DoneBy(row.element_id, row.assignee, row.acted_for, row.name, row.state == _DONE)
        found[row.instance_id].append((row.last_wait, one))
    return found


def _applicants(connection: Connection, tasks: Sequence[Task], cases: Mapping[str, Case]) -> dict[str, frozenset[str]]:
    """By task: the applicant, who applied for her, and whom a mandate bound to either since the case was opened."""
    if not tasks:
        return {}
    known = {task.id: (case.applicant, case.representative, case.submitted_at) for task, case in _at_hand(tasks, cases)}
    asked = {task.case_id: task.id for task in tasks if task.id not in known and task.case_id is not None}
    if asked:
        statement = select(_CASE.c.id, _CASE.c.applicant, _CASE.c.representative, _CASE.c.submitted_at)
        for row in connection.execute(statement.where(_CASE.c.id.in_(sorted(asked)))):
            of_case = [task.id for task in tasks if task.case_id == row.id]
            known |= dict.fromkeys(of_case, (row.applicant, row.representative, row.submitted_at))
    people = {one for applicant, representative, _ in known.values() for one in (applicant, representative) if one}
    if not people:
        return {}
    statement = select(MANDATE.c.mandator, MANDATE.c.holder, MANDATE.c.from_at, MANDATE.c.until_at, MANDATE.c.ended_at)
    mandates = connection.execute(
        statement.where(
            MANDATE.c.state.in_(_GIVEN),
            and_(MANDATE.c.mandator_accepted_at.is_not(None), MANDATE.c.holder_accepted_at.is_not(None)),
            or_(MANDATE.c.mandator.in_(sorted(people)), MANDATE.c.holder.in_(sorted(people))),
        )
    ).all()
    found = {}
    for task, (applicant, representative, since) in known.items():
        own = {one for one in (applicant, representative) if one}
        bound = {
            side
            for row in mandates
            if not own.isdisjoint({row.mandator, row.holder})
            and (row.until_at is None or row.until_at > since)
            and (row.ended_at is None or row.ended_at > since)
            for side in (row.mandator, row.holder)
        }
        found[task] = frozenset(own | bound)
    return found


def _at_hand(tasks: Sequence[Task], cases: Mapping[str, Case]) -> list[tuple[Task, Case]]:
    return [(task, cases[task.id]) for task in tasks if task.id in cases]


def _gone(
    connection: Connection, tasks: Sequence[Task], done: Mapping[str, Sequence[tuple[int, DoneBy]]]
) -> dict[str, frozenset[str]]:
    """By task that goes on with who did another: those of them who work in its queue no more. One statement."""
    wanted = {}
    for task in tasks:
        names = named_tasks(task.properties.get(SAME_AS))
        people = {who for _, one in done[task.instance_id] if one.element_id in names for who in one.persons}
        if people and task.queue is not None:
            wanted[task.id] = (str(task.queue), people)
    if not wanted:
        return {}
    accounts = sorted({who for _, people in wanted.values() for who in people})
    statement = (
        select(_MEMBERSHIP.c.account_id, _MEMBERSHIP.c.queue)
        .join(_ACCOUNT, _ACCOUNT.c.id == _MEMBERSHIP.c.account_id)
        .where(_MEMBERSHIP.c.account_id.in_(accounts), _ACCOUNT.c.disabled.is_(False))
    )
    members = {(row.account_id, row.queue) for row in connection.execute(statement)}
    return {
        task: frozenset(who for who in people if (who, queue) not in members)
        for task, (queue, people) in wanted.items()
    }
