"""A case behind an instance: number, milestones, clock, evidence, decision, withdrawal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.casework.case import CaseClosed, CaseState
from engine.casework.decision import Outcome, ReasonsMissing
from engine.casework.job import JobState
from engine.errors import Forbidden, Invalid, NotFound
from engine.runtime.apply import apply
from engine.runtime.cancel import cancel_instance
from engine.runtime.withdraw import CannotWithdraw, withdraw
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import CLERKS, a_passport, a_procedure
from tests.builders.a_runtime import MONDAY, OFFICIAL, Running
from tests.builders.an_actor import a_citizen, an_actor

APPLICANT, CLERK = a_citizen(), an_actor(CLERKS)


def deploy_service(running: Running, **headers: str) -> None:
    """The whole procedure with its passport."""
    running.deploy(a_procedure(**headers), service_yaml=a_passport())


def test_an_application_becomes_a_case_with_a_number_and_a_deadline(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    assert str(case.number).startswith("AZ-2026-000001-")
    assert (case.state, case.milestone, case.applicant) == (CaseState.submitted, "received", APPLICANT.account)
    # Ten working days after Monday 2 March; 8 March is a holiday on a Sunday, made up for on Monday the 9th.
    assert case.deadline_at == datetime(2026, 3, 17, 19, 59, 59, tzinfo=UTC)
    assert apply(running.runtime, "permit", {}, by=APPLICANT).number.serial == 2


def test_the_model_sees_the_case_and_the_applicant(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    told = running.variables(case.instance_id)["case"]
    assert told["number"] == str(case.number)
    person = {"account": APPLICANT.account, "pin": APPLICANT.pin, "tin": None, "name": APPLICANT.name}
    assert (told["applicant"], told["representative"]) == (person, None)


def test_only_a_citizen_applies_by_a_channel_the_service_has(running: Running) -> None:
    deploy_service(running)
    with pytest.raises(Forbidden):
        apply(running.runtime, "permit", {}, by=CLERK)
    with pytest.raises(Invalid) as caught:
        apply(running.runtime, "permit", {}, by=APPLICANT, channel="fax")
    assert caught.value.places[0].path == "/channel"
    with pytest.raises(Invalid):
        apply(running.runtime, "permit", {"role": "admin"}, by=APPLICANT)
    with pytest.raises(NotFound):
        apply(running.runtime, "passport", {}, by=APPLICANT)
    assert running.count("case") == 0


def test_a_refused_application_uses_up_no_number(running: Running) -> None:
    deploy_service(running)
    with pytest.raises(Invalid):
        apply(running.runtime, "permit", {"role": "admin"}, by=APPLICANT)
    assert apply(running.runtime, "permit", {}, by=APPLICANT).number.serial == 1


def test_a_case_is_decided_with_reasons(running: Running) -> None:
    # given a case at its check
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    assert running.case(case).milestone == "checked"
    # when the clerk refuses without reasons, nothing changes
    with pytest.raises(ReasonsMissing):
        running.complete(case.instance_id, "check", by=CLERK, verdict="refuse")
    assert running.task(case.instance_id, "check").is_open
    # and with reasons, the case is decided and its timers are gone
    decision = {"reasons": [{"code": "fines", "text": "Unpaid fines", "article": "art. 9"}], "text": "Refused."}
    running.complete(case.instance_id, "check", by=CLERK, verdict="refuse", decision=decision)
    decided = running.case(case)
    assert decided.state is CaseState.decided
    assert decided.decision is not None
    assert decided.decision.outcome is Outcome.refused
    assert decided.decision.reasons[0].article == "art. 9"
    assert {job.state for job in running.jobs(case.instance_id)} == {JobState.done, JobState.cancelled}
    assert "case.decided" in running.acts(case.instance_id)


def test_the_clock_stands_still_while_the_applicant_corrects(running: Running) -> None:
    # given a case that is returned to the applicant on Thursday
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    running.clock.set(MONDAY + timedelta(days=3))
    running.complete(case.instance_id, "check", by=CLERK, verdict="return")
    returned = running.case(case)
    assert returned.state is CaseState.awaiting_applicant
    assert returned.deadline_at is None
    assert [job.state for job in running.jobs(case.instance_id) if job.term] == [JobState.suspended]
    # when a month passes, no deadline does
    running.clock.advance(timedelta(days=30))
    running.work_off()
    assert running.state(case.instance_id) == "active"
    # and when she has corrected it, the clock runs again and the deadline is later
    running.complete(case.instance_id, "correct", by=APPLICANT)
    again = running.case(case)
    assert again.state is CaseState.in_progress
    assert again.deadline_at is not None
    assert again.deadline_at > case.deadline_at
    timer = next(job for job in running.jobs(case.instance_id) if job.term)
    assert (timer.state, timer.due_at) == (JobState.waiting, again.deadline_at)
    # until the deadline passes
    running.clock.set(again.deadline_at)
    running.work_off()
    decided = running.case(case)
    assert decided.decision is not None
    assert decided.decision.outcome is Outcome.tacit_refused


def test_the_applicants_own_task_is_seen_by_her_alone(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    running.complete(case.instance_id, "check", by=CLERK, verdict="return")
    for other in (CLERK, a_citizen()):
        with pytest.raises(NotFound):
            running.complete(case.instance_id, "correct", by=other)
    with pytest.raises(Invalid, match="asks nothing"):
        running.complete(case.instance_id, "correct", by=APPLICANT, verdict="grant")


def test_a_proof_tells_where_it_came_from(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    proofs = running.rows("SELECT * FROM evidence WHERE case_id = :c", c=case.id)
    assert [(proof["key"], proof["provenance"], proof["source"]) for proof in proofs] == [
        ("identity", "register", "demo")
    ]
    assert len(proofs[0]["content_hash"]) == 64
    assert len(proofs[0]["salt"]) == 32


def test_when_the_register_stays_down_a_clerk_checks_and_that_shows(running: Running) -> None:
    deploy_service(running, mode="unavailable")
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    running.clock.advance(timedelta(minutes=5))
    running.work_off()
    assert running.incidents(case.instance_id) == []
    running.complete(case.instance_id, "check-by-hand", by=CLERK, person={"pin": "1A2B3C4"})
    proofs = running.rows("SELECT * FROM evidence WHERE case_id = :c", c=case.id)
    assert [(proof["provenance"], proof["source"], proof["outcome"]) for proof in proofs] == [
        ("register", "demo", "no-answer"),
        ("clerk", CLERKS, "proved"),
    ]
    running.task(case.instance_id, "check")


def test_an_applicant_withdraws_her_own_application(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    with pytest.raises(NotFound):
        withdraw(running.runtime, case.id, by=a_citizen())
    with pytest.raises(Forbidden):
        withdraw(running.runtime, case.id, by=an_actor(supervises=frozenset({"city"})))
    assert withdraw(running.runtime, case.id, by=APPLICANT).state is CaseState.withdrawn
    assert running.state(case.instance_id) == "completed"
    with pytest.raises(CaseClosed):
        withdraw(running.runtime, case.id, by=APPLICANT)


def test_where_the_procedure_has_no_way_back_a_withdrawal_is_refused(running: Running) -> None:
    model = a_process("permit").start().user_task("check", queue=CLERKS).end(properties={"outcome": "granted"})
    running.deploy(model, service_yaml=a_passport())
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    with pytest.raises(CannotWithdraw):
        withdraw(running.runtime, case.id, by=APPLICANT)


def test_an_operator_ends_a_case_with_a_reason(running: Running) -> None:
    deploy_service(running)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    with pytest.raises(Forbidden):
        cancel_instance(running.runtime, case.instance_id, "test", by=CLERK)
    with pytest.raises(Invalid):
        cancel_instance(running.runtime, case.instance_id, "  ", by=OFFICIAL)
    cancel_instance(running.runtime, case.instance_id, "Submitted twice.", by=OFFICIAL)
    assert running.case(case).state is CaseState.cancelled
    assert running.state(case.instance_id) == "cancelled"
