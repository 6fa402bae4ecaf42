"""Acts side by side in one transaction: like writes are sent as one, each lane's in their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.casework.job import JobState
from engine.store.database import Database
from engine.store.faults import StaleVersion
from engine.store.lanes import merged
from tests.builders.a_job import a_job
from tests.builders.an_instance import started
from tests.builders.statements import statements_of


def test_like_writes_are_joined_and_each_lane_keeps_its_order() -> None:
    a, b = object(), object()
    lanes = [[(a, [1]), (b, [2])], [(b, [3])], [(a, [4]), (b, [5])]]

    assert [rows for _, rows in merged(lanes)] == [[1, 4], [2, 3, 5]]  # type: ignore[arg-type, list-item]


def test_a_lane_of_another_order_is_not_turned_round() -> None:
    a, b = object(), object()
    sent = list(merged([[(a, [1]), (b, [2])], [(b, [3]), (a, [4])]]))  # type: ignore[list-item]
    order = [row for _, rows in sent for row in rows]

    assert order.index(1) < order.index(2)
    assert order.index(3) < order.index(4)


def test_what_lanes_wrote_is_there_after_the_commit(database: Database) -> None:
    jobs = [a_job(), a_job()]
    with database.work(gathers=True) as work:
        for job in jobs:
            with work.lane():
                work.jobs.enqueue_many([job])
                work.jobs.save(replace(job, state=JobState.done))

    with database.work() as work:
        assert [work.jobs.lock(job.id).state for job in jobs] == [JobState.done] * 2


def test_a_read_sees_what_its_lane_wrote(database: Database) -> None:
    job = a_job()
    with database.work(gathers=True) as work, work.lane():
        work.jobs.enqueue_many([job])

        assert work.jobs.lock(job.id) == job


def test_nothing_is_kept_when_one_lane_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.work(gathers=True) as work:
        with work.lane():
            work.jobs.enqueue_many([a_job()])
        with work.lane():
            raise ZeroDivisionError

    with database.work() as work:
        assert work.jobs.take("w", a_job().due_at, a_job().due_at - a_job().due_at, 10, types=["demo"]) == []


def test_eight_lanes_need_no_more_statements_than_one(database: Database) -> None:
    with database.work(gathers=True) as work, statements_of(work.reading) as statements:
        for _ in range(8):
            with work.lane():
                work.jobs.enqueue_many([a_job()])
        work.jobs.announce()
        assert work.jobs.lock_many([]) == {}

    assert len([one for one, _ in statements if one.startswith("INSERT INTO job")]) == 1


def test_a_stale_version_among_them_is_found(database: Database) -> None:
    with database.work() as work:
        one, other = started(work), started(work)
    with pytest.raises(StaleVersion), database.work(gathers=True) as work:
        for record in (one, replace(other, version=7)):
            with work.lane():
                work.instances.save(record)
