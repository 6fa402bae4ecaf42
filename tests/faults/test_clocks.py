"""Fault matrix, row 16: clocks are wrong or jump. Leases go by the database, timers fire late at worst and once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from engine.calendar import WorkingCalendar
from engine.clock import SystemClock
from engine.jobs.hands import Hands
from onewindow.compose import compose
from onewindow.settings import Settings
from tests.builders.a_ledger import an_order
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import QUEUE, a_runtime
from tests.builders.an_api import an_api
from tests.builders.databases import ON_POSTGRESQL
from tests.faults import invariants

LEASE = timedelta(seconds=60)
JUMPS = pytest.mark.parametrize(
    "jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1)], ids=["+1 h", "-1 h", "+1 day"]
)


@contextmanager
def a_worker(url: str, name: str, partner: Partner) -> Iterator[Hands]:
    """What a worker process has, put together from its settings."""
    settings = Settings.load({"ONEWINDOW_DATABASE_URL": url, **MASTER_KEY_SET, "ONEWINDOW_HTTP_HOSTS": partner.host})
    with closing(compose(settings).database) as database:
        composed = compose(settings, database=database)
        yield Hands(runtime=composed.runtime, registry=composed.registry, owner=name)


@ON_POSTGRESQL
@JUMPS
def test_a_worker_whose_clock_is_wrong_takes_nobodys_job_and_nobody_takes_its_own(
    database_url: str, partner: Partner, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    # given two jobs, and a worker on a machine whose clock is wrong
    api = an_api(database_url, datetime.now(UTC), ONEWINDOW_HTTP_HOSTS=partner.host)
    api.deploy_files({"order.bpmn": an_order(partner).xml()})
    for number in range(2):
        key = {"Idempotency-Key": f"begin-{number:04}"}
        assert api.post("/instances", "operator", {"process_id": "order"}, headers=key).status_code == 201
    api.composed.database.close()
    right = SystemClock.now
    with a_worker(database_url, "right", partner) as sound, a_worker(database_url, "wrong", partner) as wrong:
        (held,) = sound.take(1, LEASE)
        monkeypatch.setattr(SystemClock, "now", lambda clock: right(clock) + jump)

        # then it takes what is free, and nothing that another holds
        (own,) = wrong.take(10, LEASE)
        assert own.id != held.id
        assert wrong.take(10, LEASE) == []

        # and what it holds is left to it, for as long as a lease lasts and no longer
        monkeypatch.setattr(SystemClock, "now", right)
        assert sound.take(10, LEASE) == []
        assert own.lease_until is not None
        assert timedelta(0) < own.lease_until - datetime.now(UTC) <= LEASE + timedelta(seconds=2)


@JUMPS
def test_a_timer_fires_once_when_it_is_due_wherever_the_clock_has_been(database_url: str, jump: timedelta) -> None:
    running = a_runtime(database_url)
    process = a_process("wait").start().catch("pause", duration="PT36H").user_task("check", queue=QUEUE).end()
    running.deploy(process)
    instance = running.start("wait")

    # when the clock jumps and is put right, before the timer is due and after
    for moved in (jump, -jump, timedelta(hours=36), jump, -jump):
        running.clock.advance(moved)
        running.work_off()

    # then it has fired once, and not before its time by the clock as it was then
    assert running.history(instance).count("pause:c") == 1
    assert running.count("activity", "element_id = 'pause'") == 1
    invariants.hold(running)
    running.close()


@pytest.mark.parametrize(
    ("applied", "deadline"),
    [
        # Clocks in Berlin go forward on 29 March 2026 and back on 25 October 2026.
        pytest.param("2026-03-27T23:30:00Z", "2026-03-31T21:59:59Z", id="into summer time"),
        pytest.param("2026-10-22T23:30:00Z", "2026-10-26T22:59:59Z", id="out of summer time"),
        pytest.param("2028-02-27T12:00:00Z", "2028-03-01T22:59:59Z", id="over a leap day"),
    ],
)
def test_a_term_of_days_ends_with_the_day_of_the_country_whatever_its_clocks_do(applied: str, deadline: str) -> None:
    calendar = WorkingCalendar("DE", timezone="Europe/Berlin")

    ends = calendar.due(datetime.fromisoformat(applied), "P3D", "calendar-days")

    assert ends.astimezone(UTC).replace(microsecond=0) == datetime.fromisoformat(deadline)
