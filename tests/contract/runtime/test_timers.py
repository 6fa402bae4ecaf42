"""Timers: due rows that fire once, late at worst; cycles make up what they missed."""

from __future__ import annotations

from datetime import timedelta

from engine.bpmn.kernel.port import Budget
from engine.casework.job import JobState
from tests.builders.a_model import a_process
from tests.builders.a_runtime import MONDAY, QUEUE, Running, a_runtime


def test_a_boundary_timer_fires_when_it_is_due_and_not_before(running: Running) -> None:
    process = a_process("late").start().user_task("check", queue=QUEUE).end()
    running.deploy(process.boundary("deadline", on="check", duration="P2D").end("overdue"))
    instance = running.start("late")
    running.clock.advance(timedelta(days=2, seconds=-1))
    assert running.work_off() == 0
    running.clock.advance(timedelta(seconds=1))
    running.work_off()
    assert running.state(instance) == "completed"
    assert running.tasks(instance) == []


def test_a_task_done_in_time_takes_its_timer_along(running: Running) -> None:
    process = a_process("late").start().user_task("check", queue=QUEUE).end()
    running.deploy(process.boundary("deadline", on="check", duration="P2D").end("overdue"))
    instance = running.start("late")
    running.complete(instance, "check")
    assert [job.state for job in running.jobs(instance)] == [JobState.cancelled]
    running.clock.advance(timedelta(days=3))
    assert running.work_off() == 0


def test_days_are_counted_by_the_countrys_calendar(running: Running) -> None:
    process = a_process("wait").start().catch("pause", duration="P3D", properties={"counting": "working-days"})
    running.deploy(process.end())
    (timer,) = running.jobs(running.start("wait"))
    # Three working days after Monday end on Thursday, at the end of the day in Baku.
    assert timer.due_at.isoformat() == "2026-03-05T19:59:59+00:00"


def test_a_cycle_makes_up_every_firing_it_missed_once(running: Running) -> None:
    process = a_process("reminded").start().user_task("check", queue=QUEUE).end()
    process.boundary("daily", on="check", cycle="R5/P1D", interrupting=False).script("count", "=1", "reminded").end("r")
    running.deploy(process)
    instance = running.start("reminded")
    running.clock.advance(timedelta(days=3, hours=1))
    running.work_off()
    assert running.history(instance).count("count:c") == 3
    assert [job.due_at for job in running.jobs(instance, "waiting")] == [MONDAY + timedelta(days=4)]
    running.clock.advance(timedelta(days=30))
    running.work_off()
    assert running.history(instance).count("count:c") == 5
    assert running.jobs(instance, "waiting") == []


def test_a_timer_starts_instances_of_the_newest_version(running: Running) -> None:
    for name in ("first", "second"):
        running.deploy(a_process("nightly").start(cycle="R2/P1D").user_task(name, queue=QUEUE).end())
    running.clock.advance(timedelta(days=1))
    running.work_off()
    running.clock.advance(timedelta(days=10))
    running.work_off()
    tasks = running.rows("SELECT element_id FROM task ORDER BY created_at")
    assert [task["element_id"] for task in tasks] == ["second", "second"]


def test_a_clock_that_goes_back_fires_nothing_twice(running: Running) -> None:
    process = a_process("wait").start().catch("pause", duration="PT1H").user_task("check", queue=QUEUE).end()
    running.deploy(process)
    instance = running.start("wait")
    running.clock.advance(timedelta(hours=1))
    running.work_off()
    running.clock.advance(timedelta(hours=-2))
    assert running.work_off() == 0
    assert running.history(instance).count("pause:c") == 1


def test_a_step_that_spends_its_budget_goes_on_as_a_job(database_url: str) -> None:
    running = a_runtime(database_url, budget=Budget(steps_per_transaction=20, steps_in_all=1_000))
    process = a_process("loop").start().exclusive("again").script("add", "=if n = null then 1 else n + 1", "n")
    running.deploy(
        process.exclusive("enough").at("enough", when="=n < 100").to("again").at("enough", otherwise=True).end()
    )
    instance = running.start("loop")
    assert running.state(instance) == "active"
    assert running.work_off() > 5
    assert running.state(instance) == "completed"
    running.check()
    running.close()


def test_an_endless_loop_becomes_an_incident_and_keeps_nobody_busy(database_url: str) -> None:
    running = a_runtime(database_url, budget=Budget(steps_per_transaction=20, steps_in_all=100))
    process = a_process("endless").start().exclusive("again").script("add", "=1", "n")
    running.deploy(process.exclusive("on").at("on", when="=n = 1").to("again").at("on", otherwise=True).end())
    instance = running.start("endless")
    running.work_off()
    assert [incident["code"] for incident in running.incidents(instance)] == ["budget"]
    running.check()
    running.close()
