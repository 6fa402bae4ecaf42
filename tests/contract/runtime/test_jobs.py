"""Jobs: repeated with a back-off, given up for the fallback or an incident, repaired by an operator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.casework.actor import SYSTEM
from engine.casework.job import JobState, LeaseLost
from engine.connectors.contract import JobOutcome, JobRequest
from engine.connectors.demo import DemoConnector
from engine.connectors.registry import Registry
from engine.diagnostics import ModelRefused, errors_in
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import new_key
from engine.runtime.cancel import cancel_instance
from engine.runtime.external_jobs import extend_lease, fetch_jobs
from engine.runtime.finish_job import NoServiceJob, complete_job, fail_job, hand_back, throw_error
from engine.runtime.incidents import IncidentDone, resolve_incident, retry_incident
from engine.runtime.set_variables import set_variables
from engine.runtime.variables import BadVariables
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_runtime import MONDAY, OFFICIAL, QUEUE, Running
from tests.builders.an_actor import a_citizen
from tests.builders.databases import connection_of


def a_call(retries: str = "3", **headers: str) -> Drawing:
    """A service task of the demonstration connector, then a user task; `NO_RECORD` and `DOWN` are caught."""
    process = a_process("call").start().service_task("ask", "demo", headers=headers, retries=retries)
    process.user_task("read", queue=QUEUE).end()
    process.boundary("unknown", on="ask", error="NO_RECORD").user_task("search", queue=QUEUE).end("e1")
    return process.boundary("down", on="ask", error="DOWN").user_task("by-hand", queue=QUEUE).end("e2")


def started(running: Running, **headers: str) -> str:
    """An instance that waits for its call."""
    running.deploy(a_call(**headers))
    return running.start("call", pin="5FQ2K7M")


def test_a_call_that_succeeds_gives_its_variables_to_the_case(running: Running) -> None:
    instance = started(running, resultVariable="person")
    running.work_off()
    assert running.variables(instance)["person"] == {"pin": "5FQ2K7M"}
    assert [job.state for job in running.jobs(instance)] == [JobState.done]


def test_a_call_that_fails_is_repeated_after_its_back_off(running: Running) -> None:
    instance = started(running, mode="unavailable", times="2", retryBackoff="PT10S,PT1M")
    for attempt, pause in enumerate((10, 60), start=1):
        running.work_off()
        (job,) = running.jobs(instance)
        assert (job.state, job.attempts) == (JobState.waiting, attempt)
        assert job.due_at == running.clock.now() + timedelta(seconds=pause)
        assert job.last_error
        running.clock.advance(timedelta(seconds=pause - 1))
        assert running.work_off() == 0
        running.clock.advance(timedelta(seconds=1))
    running.work_off()
    assert [task.element_id for task in running.tasks(instance)] == ["read"]


def test_a_call_given_up_is_an_incident_that_can_be_retried(running: Running) -> None:
    instance = started(running, mode="unavailable", times="3", retryBackoff="PT1S")
    for _ in range(3):
        running.work_off()
        running.clock.advance(timedelta(seconds=1))
    (incident,) = running.incidents(instance)
    assert (incident["element_id"], incident["code"]) == ("ask", "partner-unavailable")
    with pytest.raises(Forbidden):
        retry_incident(running.runtime, incident["id"], by=a_citizen())
    retry_incident(running.runtime, incident["id"], by=OFFICIAL)
    with pytest.raises(IncidentDone):
        retry_incident(running.runtime, incident["id"], by=OFFICIAL)
    for _ in range(3):
        running.work_off()
        running.clock.advance(timedelta(seconds=1))
    (again,) = running.incidents(instance)
    # and the operator gives the answer by hand
    resolve_incident(running.runtime, again["id"], {"person": {"pin": "5FQ2K7M"}}, by=OFFICIAL)
    assert running.incidents(instance) == []
    assert [task.element_id for task in running.tasks(instance)] == ["read"]


def test_a_call_given_up_takes_the_fallback_the_model_names(running: Running) -> None:
    instance = started(running, mode="unavailable", retryBackoff="PT1S", errorOnFailure="DOWN")
    for _ in range(3):
        running.work_off()
        running.clock.advance(timedelta(seconds=1))
    assert running.incidents(instance) == []
    assert [task.element_id for task in running.tasks(instance)] == ["by-hand"]


def test_a_call_that_is_refused_is_not_repeated(running: Running) -> None:
    instance = started(running, mode="refused")
    assert running.work_off() == 1
    (incident,) = running.incidents(instance)
    assert incident["code"] == "partner-refused"
    assert incident["remedy"]


def test_a_setting_that_takes_feel_is_computed_over_the_case(running: Running) -> None:
    headers = {"mode": "refused", "message": '="No place for " + applicant'}
    running.deploy(a_process("p").start().service_task("ask", headers=headers).end())
    instance = running.start("p", applicant="Aysel")
    running.work_off()
    (incident,) = running.incidents(instance)
    assert incident["message"] == "No place for Aysel"


def test_a_setting_that_comes_to_no_value_of_it_is_an_incident_that_names_the_field(running: Running) -> None:
    running.deploy(a_process("p").start().service_task("ask", headers={"message": "=applicants"}).end())
    instance = running.start("p", applicants=["Aysel", "Murad"])
    running.work_off()
    (incident,) = running.incidents(instance)
    assert (incident["code"], incident["element_id"]) == ("partner-refused", "ask")
    assert "'message' came to a list" in incident["message"]


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"mode": "=applicant"}, "'mode' takes a fixed value, found an expression"),
        (
            {"times": "1000"},
            "'times' to be a whole number at least 0 and at most 999, found '1000'. Write for example 2.",
        ),
        ({"message": "=1 +"}, "'message' is not FEEL"),
        ({"resultVariable": "a person"}, "'resultVariable' to be the name of a variable"),
    ],
)
def test_a_setting_that_does_not_fit_stops_the_deployment(
    running: Running, headers: dict[str, str], fault: str
) -> None:
    with pytest.raises(ModelRefused) as refused:
        running.deploy(a_process("p").start().service_task("ask", headers=headers).end())
    (found,) = errors_in(refused.value.diagnostics)
    assert (found.rule, found.element_id) == ("connector-settings", "ask")
    assert fault in found.message
    assert found.remedy


def test_a_business_error_goes_where_the_model_says(running: Running) -> None:
    instance = started(running, mode="error", code="NO_RECORD")
    running.work_off()
    assert [task.element_id for task in running.tasks(instance)] == ["search"]


def test_a_business_error_nobody_catches_is_an_incident(running: Running) -> None:
    instance = started(running, mode="error", code="SURPRISE")
    running.work_off()
    assert [incident["code"] for incident in running.incidents(instance)] == ["uncaught-error"]


def test_a_late_result_is_refused(running: Running) -> None:
    # given a worker that took a job and slept past its lease
    instance = started(running, resultVariable="person")
    (job,) = fetch_jobs(running.runtime, ["demo"], worker="slow", by=OFFICIAL)
    running.clock.advance(timedelta(seconds=61))
    # when another one takes it over
    (taken,) = fetch_jobs(running.runtime, ["demo"], worker="quick", by=OFFICIAL)
    assert (taken.id, taken.attempts, taken.idempotency_key) == (job.id, 2, job.idempotency_key)
    # then the first is too late, whatever it says
    for late in (
        lambda: complete_job(running.runtime, job.id, {}, owner="slow", by=OFFICIAL),
        lambda: fail_job(running.runtime, job.id, "no", owner="slow", by=OFFICIAL),
        lambda: throw_error(running.runtime, job.id, "NO_RECORD", "no", {}, owner="slow", by=OFFICIAL),
        lambda: extend_lease(running.runtime, job.id, worker="slow", by=OFFICIAL),
        lambda: hand_back(running.runtime, job.id, owner="slow", by=SYSTEM),
    ):
        with pytest.raises(LeaseLost):
            late()
    complete_job(running.runtime, job.id, {"person": 1}, owner="quick", by=OFFICIAL)
    assert running.variables(instance)["person"] == 1
    with pytest.raises(LeaseLost):
        complete_job(running.runtime, job.id, {"person": 2}, owner="quick", by=OFFICIAL)


def test_a_lease_can_be_kept_alive(running: Running) -> None:
    started(running)
    (job,) = fetch_jobs(running.runtime, ["demo"], worker="steady", by=OFFICIAL)
    for _ in range(3):
        running.clock.advance(timedelta(seconds=50))
        extend_lease(running.runtime, job.id, worker="steady", by=OFFICIAL)
    assert fetch_jobs(running.runtime, ["demo"], worker="quick", by=OFFICIAL) == ()
    complete_job(running.runtime, job.id, {}, owner="steady", by=OFFICIAL)


def test_a_job_whose_workers_all_die_becomes_an_incident(running: Running) -> None:
    instance = started(running)
    for number in range(3):
        assert len(fetch_jobs(running.runtime, ["demo"], worker=f"dies-{number}", by=OFFICIAL)) == 1
        running.clock.advance(timedelta(seconds=61))
    running.work_off()
    assert [incident["code"] for incident in running.incidents(instance)] == ["job-kills-workers"]


def test_a_job_no_program_outside_comes_back_from_becomes_an_incident(running: Running) -> None:
    instance = started(running)
    for number in range(3):
        assert len(fetch_jobs(running.runtime, ["demo"], worker=f"dies-{number}", by=OFFICIAL)) == 1
        running.clock.advance(timedelta(seconds=61))
    assert fetch_jobs(running.runtime, ["demo"], worker="last", by=OFFICIAL) == ()
    assert [incident["code"] for incident in running.incidents(instance)] == ["job-kills-workers"]


def test_a_job_handed_back_was_no_attempt(running: Running) -> None:
    instance = started(running)
    (job,) = fetch_jobs(running.runtime, ["demo"], worker="stops", by=OFFICIAL)
    hand_back(running.runtime, job.id, owner="stops", by=SYSTEM)
    (again,) = running.jobs(instance)
    assert (again.state, again.attempts) == (JobState.waiting, 0)


def test_programs_outside_get_service_jobs_of_their_types_alone(running: Running) -> None:
    process = a_process("timed").start().catch("pause", duration="PT0S").end()
    running.deploy(process, a_call())
    running.start("timed")
    running.start("call")
    assert fetch_jobs(running.runtime, ["fax"], worker="w", by=OFFICIAL) == ()
    assert [job.type for job in fetch_jobs(running.runtime, ["demo"], worker="w", by=OFFICIAL)] == ["demo"]
    with pytest.raises(Forbidden):
        fetch_jobs(running.runtime, ["demo"], worker="w", by=a_citizen())
    (timer,) = (row["id"] for row in running.rows("SELECT id FROM job WHERE kind = 'timer'"))
    running.hands.take(10, timedelta(seconds=60))
    with pytest.raises(NoServiceJob):
        complete_job(running.runtime, timer, {}, owner="worker-1", by=OFFICIAL)
    with pytest.raises(NoServiceJob):
        fail_job(running.runtime, timer, "no", owner="worker-1", by=OFFICIAL)


@pytest.mark.parametrize(
    "wrong",
    [{"types": []}, {"types": ["x"] * 51}, {"worker": ""}, {"at_most": 0}, {"at_most": 101}, {"lease_seconds": 10**6}],
    ids=str,
)
def test_a_request_for_jobs_out_of_bounds_is_refused(running: Running, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        fetch_jobs(running.runtime, **{"types": ["demo"], "worker": "w", "by": OFFICIAL, **wrong})


def test_a_job_that_never_was_is_not_found(running: Running) -> None:
    with pytest.raises(NotFound):
        complete_job(running.runtime, new_key(), {}, owner="w", by=OFFICIAL)
    with pytest.raises(NotFound):
        retry_incident(running.runtime, new_key(), by=OFFICIAL)


def test_a_job_cannot_set_the_engines_variables(running: Running) -> None:
    started(running)
    (job,) = fetch_jobs(running.runtime, ["demo"], worker="w", by=OFFICIAL)
    with pytest.raises(BadVariables):
        complete_job(running.runtime, job.id, {"case": {}}, owner="w", by=OFFICIAL)


class Broken(DemoConnector):
    """A connector with a fault of its own."""

    def call(self, request: JobRequest) -> JobOutcome:
        raise ZeroDivisionError


def test_a_connector_that_fails_unforeseen_ends_in_an_incident_and_not_the_worker(running: Running) -> None:
    instance = started(running)
    (job,) = running.hands.take(10, timedelta(seconds=60))

    faults: list[BaseException] = []
    broken = replace(running.hands, registry=Registry([Broken()]), on_fault=lambda _, fault: faults.append(fault))
    broken.carry_out(job)
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
    (waiting,) = running.jobs(instance)
    assert waiting.state is JobState.waiting
    assert "ZeroDivisionError" in (waiting.last_error or "")


def test_a_fault_of_the_model_is_repaired_by_setting_variables(running: Running) -> None:
    process = a_process("fault").start().exclusive("which").at("which", when='=kind = "a"').end("a")
    running.deploy(process.at("which", when='=kind = "b"').end("b"))
    instance = running.start("fault", kind="c")
    (incident,) = running.incidents(instance)
    assert incident["code"] == "no-flow-taken"
    with pytest.raises(BadVariables):
        resolve_incident(running.runtime, incident["id"], {"case": 1}, by=OFFICIAL)
    resolve_incident(running.runtime, incident["id"], {"kind": "b"}, by=OFFICIAL)
    assert running.state(instance) == "completed"
    assert running.incidents(instance) == []


def test_retrying_a_fault_that_is_still_there_shows_it_again(running: Running) -> None:
    process = a_process("fault").start().exclusive("which").at("which", when='=kind = "a"').end("a")
    running.deploy(process.at("which", when='=kind = "b"').end("b"))
    instance = running.start("fault", kind="c")
    retry_incident(running.runtime, running.incidents(instance)[0]["id"], by=OFFICIAL)
    (again,) = running.incidents(instance)
    set_variables(running.runtime, instance, {"kind": "a"}, by=OFFICIAL)
    retry_incident(running.runtime, again["id"], by=OFFICIAL)
    assert running.state(instance) == "completed"


def test_a_damaged_snapshot_is_an_incident_of_that_case_alone(running: Running) -> None:
    # given two instances, and a row whose bytes were changed
    running.deploy(a_process("wait").start().catch("pause", duration="PT1H").user_task("check", queue=QUEUE).end())
    broken, whole = running.start("wait"), running.start("wait")
    with running.runtime.database.work() as work:
        record = work.instances.lock(broken)
        kept, record.snapshot = record.snapshot, b"\x00damaged"
        work.instances.save(record)
    # when both timers are due
    running.clock.set(MONDAY + timedelta(hours=2))
    running.work_off()
    # then one has an incident and the other went on
    assert {incident["code"] for incident in running.incidents(broken)} == {"snapshot-unreadable"}
    assert [task.element_id for task in running.tasks(whole)] == ["check"]
    # and the operator restores it and retries
    with running.runtime.database.work() as work:
        record = work.instances.lock(broken)
        record.snapshot = kept
        work.instances.save(record)
    for incident in running.incidents(broken):
        retry_incident(running.runtime, incident["id"], by=OFFICIAL)
    running.work_off()
    assert [task.element_id for task in running.tasks(broken)] == ["check"]
    assert running.incidents(broken) == []


def test_bytes_that_were_changed_in_the_row_are_an_incident_and_stay_as_they_are(running: Running) -> None:
    running.deploy(a_process("wait").start().catch("pause", duration="PT1H").user_task("check", queue=QUEUE).end())
    broken, other = running.start("wait"), running.start("wait")
    (whole,) = running.rows("SELECT snapshot FROM instance WHERE id = :id", id=broken)
    with running.runtime.database.work() as work:
        of_other = "(SELECT snapshot FROM instance WHERE id = :other)"
        swapped = text(f"UPDATE instance SET snapshot = {of_other} WHERE id = :broken")
        connection_of(work).execute(swapped, {"broken": broken, "other": other})
    before = running.rows("SELECT snapshot FROM instance WHERE id = :id", id=broken)

    running.clock.set(MONDAY + timedelta(hours=2))
    running.work_off()

    assert {incident["code"] for incident in running.incidents(broken)} == {"snapshot-unreadable"}
    assert running.rows("SELECT snapshot FROM instance WHERE id = :id", id=broken) == before
    assert [task.element_id for task in running.tasks(other)] == ["check"]
    # and the operator restores the row and retries
    with running.runtime.database.work() as work:
        restored = text("UPDATE instance SET snapshot = :snapshot WHERE id = :id")
        connection_of(work).execute(restored, {**whole, "id": broken})
    for incident in running.incidents(broken):
        retry_incident(running.runtime, incident["id"], by=OFFICIAL)
    running.work_off()
    assert [task.element_id for task in running.tasks(broken)] == ["check"]


def test_a_damaged_instance_can_be_ended(running: Running) -> None:
    running.deploy(a_process("wait").start().user_task("check", queue=QUEUE).end())
    broken = running.start("wait", found="something")
    with running.runtime.database.work() as work:
        record = work.instances.lock(broken)
        record.snapshot = b"\x00damaged"
        work.instances.save(record)
    cancel_instance(running.runtime, broken, "Damaged.", by=OFFICIAL)
    assert running.state(broken) == "cancelled"
    assert running.tasks(broken) == []
    assert "something" in running.read("instance", "variables")[0]
