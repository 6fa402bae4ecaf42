"""Tasks, instances, visits and cases come back as they were kept, and are changed by one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.calendar import WorkingCalendar
from engine.casework.case import CaseState
from engine.casework.decision import Decision, Outcome, Reason
from engine.casework.task import Task, TaskState, TaskTaken
from engine.errors import NotFound
from engine.identity import CaseNumber, new_key
from engine.store.database import Database
from engine.store.records import Visit, VisitEnd
from engine.store.rows import table_of
from engine.store.tables.cases import Evidence, MilestoneReached
from engine.store.tables.instances import Activity, Instance
from tests.builders.a_case import a_term, an_evidence
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import a_clerk
from tests.builders.an_instance import an_instance, deployed, started, started_with_case
from tests.builders.databases import connection_of
from tests.builders.threads import at_once


def kept_task(database: Database, **said: object) -> Task:
    with database.work() as work:
        task = a_task(instance_id=started(work).id, **said)
        work.tasks.open_many([task])
    return task


def test_task_comes_back_as_it_was(database: Database) -> None:
    whole = kept_task(
        database,
        assignee=new_key(),
        state=TaskState.claimed,
        case_id=new_key(),
        priority=80,
        due_at=NOW + timedelta(days=3, microseconds=7),
        follow_up_at=NOW,
        form_id=new_key(),
        properties={"stopsClock": "true"},
        claimed_at=NOW,
        draft={"fee": Decimal("12.50"), "name": "Ләман 🚗"},
        version=7,
    )
    bare = kept_task(database, queue=None)

    with database.work() as work:
        assert [work.tasks.lock(task.id)[0] for task in (whole, bare)] == [whole, bare]


def test_change_of_a_task_is_kept_and_others_stay_as_they_were(database: Database) -> None:
    changed, other = kept_task(database), kept_task(database)
    clerk = a_clerk()

    with database.work() as work:
        task, _ = work.tasks.lock(changed.id)
        claimed = task.claim(clerk, NOW).save_draft({"note": "later"}, clerk, None)
        work.tasks.save(claimed)

    with database.work() as work:
        assert work.tasks.lock(changed.id)[0] == claimed
        assert work.tasks.lock(other.id)[0] == other


@pytest.mark.parametrize("task_id", ["", "-", "-1", "a-", "a-b", "a-1-2", "a-²", "a-" + "9" * 16, "x" * 500])
def test_identifier_of_no_task_is_not_found(database: Database, task_id: str) -> None:
    with pytest.raises(NotFound), database.work() as work:
        work.tasks.lock(task_id)


def test_unknown_task_of_a_known_instance_is_not_found(database: Database) -> None:
    task = kept_task(database)

    with pytest.raises(NotFound), database.work() as work:
        work.tasks.lock(f"{task.instance_id}-2")


def test_tasks_that_the_process_needs_no_more_are_cancelled_together(database: Database) -> None:
    with database.work() as work:
        record = started(work)
        work.tasks.open_many([a_task(instance_id=record.id, wait=wait, draft={"a": "b"}) for wait in (1, 2, 3)])
        work.tasks.cancel_many(record.id, [1, 3], NOW)
        work.tasks.cancel_many(record.id, [], NOW)

    with database.work() as work:
        found = [work.tasks.lock(f"{record.id}-{wait}")[0] for wait in (1, 2, 3)]
    assert [(task.state, task.draft) for task in found] == [
        (TaskState.cancelled, None),
        (TaskState.open, {"a": "b"}),
        (TaskState.cancelled, None),
    ]


def test_eight_clerks_who_claim_two_hundred_tasks_get_each_task_once(database: Database) -> None:
    with database.work() as work:
        record = started(work)
        tasks = [a_task(instance_id=record.id, wait=wait) for wait in range(200)]
        work.tasks.open_many(tasks)

    def claim_all(_: int) -> list[str]:
        clerk, held = a_clerk(), []
        for task in tasks:
            try:
                with database.work() as work:
                    claimed = work.tasks.lock(task.id)[0].claim(clerk, NOW)
                    work.tasks.save(claimed)
                held.append(task.id)
            except TaskTaken:
                continue
        return held

    held = at_once(8, claim_all)

    assert sorted(one for of_clerk in held for one in of_clerk) == sorted(task.id for task in tasks)


def test_instance_comes_back_with_its_case(database: Database) -> None:
    with database.work() as work:
        record, case = started_with_case(work, milestone="submitted", term=a_term(), deadline_at=NOW)

    with database.work() as work:
        found = work.instances.lock(record.id)
        task = a_task(instance_id=record.id)
        work.tasks.open_many([task])

    assert (found.case, found.case_id) == (case, case.id)
    with database.work() as work:
        assert work.tasks.lock(task.id) == (task, found)


def test_saved_instance_comes_back_one_version_on(database: Database) -> None:
    with database.work() as work:
        record = started(work, waits={1: "t", 20: "j"})
    with database.work() as work:
        found = work.instances.lock(record.id)
        found.waits.pop(1)
        found.snapshot, found.visits, found.journal_seq, found.journal_hash = b"\x00later", 9, 3, b"\x01" * 32
        found.state, found.ended_at = "completed", NOW
        work.instances.save(found, {"fee": Decimal("1.0")})

    with database.work() as work:
        assert work.instances.lock(record.id) == found
        variables = connection_of(work).execute(select(table_of(Instance).c.variables)).scalar()
    assert (found.version, found.is_active, variables) == (2, False, '{"fee":{"$":"n1.0"}}')


def test_save_without_variables_leaves_them(database: Database) -> None:
    with database.work() as work:
        record = an_instance(deployed(work))
        work.instances.add(record, {"name": "Aysel"})
        work.instances.save(record)

        assert connection_of(work).execute(select(table_of(Instance).c.variables)).scalar() == '{"name":"Aysel"}'


@pytest.mark.parametrize("key", ["", new_key()], ids=["empty", "unknown"])
def test_unknown_instance_and_case_are_not_found(database: Database, key: str) -> None:
    with pytest.raises(NotFound), database.work() as work:
        work.instances.lock(key)
    with pytest.raises(NotFound), database.work() as work:
        work.cases.instance_of(key)


def test_visits_are_written_when_they_begin_and_when_they_end(database: Database) -> None:
    begun = Visit(visit=1, element_id="check", element_type="userTask", entered_at=NOW, detail={"by": "x"})
    whole = replace(begun, visit=2, ended_at=NOW, outcome="c", scope=1, process_id="called", detail=None)
    with database.work() as work:
        record = started(work)
        work.instances.add_visits(record.id, [begun, replace(begun, visit=3), whole])
        work.instances.add_visits(record.id, [])
    with database.work() as work:
        later = NOW + timedelta(hours=1)
        ends = [VisitEnd(visit=1, at=later, outcome="c", detail={"by": "y"}), VisitEnd(visit=3, at=later, outcome="x")]
        work.instances.end_visits(record.id, ends)
        work.instances.end_visits(record.id, [])

    table = table_of(Activity)
    with database.read() as reading:
        rows = reading.execute(
            select(table.c.visit, table.c.ended_at, table.c.outcome, table.c.detail).order_by("visit")
        )
        assert [tuple(row) for row in rows] == [
            (1, later, "c", {"by": "y"}),
            (2, NOW, "c", None),
            (3, later, "x", {"by": "x"}),
        ]


def test_case_comes_back_as_it_was_saved(database: Database) -> None:
    decision = Decision(
        outcome=Outcome.refused,
        decided_at=NOW,
        reasons=(Reason(code="eyesight", text="Görmə", article="12.1"),),
        text="No.",
        details={"valid": None},
    )
    with database.work() as work:
        record, case = started_with_case(work)
        saved = case.moved_to(CaseState.in_progress).reached("check")
        saved = saved.with_term(a_term().stop(NOW), WorkingCalendar("AZ"), NOW)
        saved = saved.decided(decision)
        work.cases.save(saved)

    with database.work() as work:
        assert work.instances.lock(record.id).case == saved
        assert work.cases.instance_of(case.id) == record.id


def test_evidence_and_milestones_are_kept(database: Database) -> None:
    with database.work() as work:
        record, case = started_with_case(work)
        proofs = [an_evidence(case.id), an_evidence(case.id, content={}), an_evidence(case.id, content=None)]
        work.cases.add_evidence(proofs, record.id)
        work.cases.reach(case.id, [(1, "submitted", NOW), (4, "check", NOW), (9, "submitted", NOW)])
        work.cases.add_evidence([], record.id)
        work.cases.reach(case.id, [])

    with database.read() as reading:
        evidence, reached = table_of(Evidence), table_of(MilestoneReached)
        rows = reading.execute(select(evidence.c.provenance, evidence.c.content).order_by(evidence.c.id)).all()
        milestones = reading.execute(select(reached.c.milestone).order_by(reached.c.seq)).scalars().all()
    assert sorted(map(str, rows)) == sorted(
        ["('register', {'name': 'Aysel'})", "('register', {})", "('register', None)"]
    )
    assert milestones == ["submitted", "check", "submitted"]


def test_case_numbers_count_by_country_and_year(database: Database) -> None:
    with database.work() as work:
        numbers = [work.cases.next_number(*of) for of in [("AZ", 2026), ("AZ", 2026), ("AZ", 2027), ("GE", 2026)]]

    assert numbers == [
        CaseNumber("AZ", 2026, 1), CaseNumber("AZ", 2026, 2), CaseNumber("AZ", 2027, 1), CaseNumber("GE", 2026, 1),
    ]  # fmt: skip


def test_eight_who_apply_at_once_get_numbers_of_their_own_without_a_gap(database: Database) -> None:
    def apply(_: int) -> list[int]:
        serials = []
        for _ in range(10):
            with database.work() as work:
                serials.append(work.cases.next_number("AZ", 2026).serial)
        return serials

    serials = at_once(8, apply)

    assert sorted(serial for of_one in serials for serial in of_one) == list(range(1, 81))


def test_number_of_an_application_that_failed_is_given_again(database: Database) -> None:
    def fail() -> None:
        with database.work() as work:
            work.cases.next_number("AZ", 2026)
            raise NotFound.of("service", "x")

    with pytest.raises(NotFound):
        fail()

    with database.work() as work:
        assert work.cases.next_number("AZ", 2026).serial == 1
