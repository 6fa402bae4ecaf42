"""Statutory terms of cases: closures move them, supervisors extend them, people are reminded, money stops the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.casework.case import CaseClosed, CaseState
from engine.casework.decision import Outcome
from engine.casework.term import ExtensionRefused
from engine.errors import Forbidden, Invalid, NotFound
from engine.runtime.apply import apply
from engine.runtime.closures import add_closure, remove_closure
from engine.runtime.explain_term import explain_term
from engine.runtime.extend_term import extend_term
from engine.runtime.publish_message import publish_message
from engine.runtime.watch_terms import LATE_PRIORITY, SOON_PRIORITY, watch_terms
from engine.runtime.withdraw import withdraw
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import AGENCY, CLERKS, a_passport, a_procedure
from tests.builders.a_runtime import OFFICIAL, Running
from tests.builders.an_actor import a_citizen, a_supervisor, an_actor

APPLICANT, SUPERVISOR = a_citizen(), a_supervisor(AGENCY)
RULE = {"at_most": "P10D", "times": 1, "legal_basis": "art. 29"}
TERM = {"length": "P10D", "counting": "working-days", "silence": "refusal", "reminder": "P3D", "extension": RULE}
LAST_SECOND = datetime(2026, 3, 17, 19, 59, 59, tzinfo=UTC)
"""Of ten working days after Monday, 2 March 2026: the 9th is a holiday made up for."""


@pytest.fixture
def permits(running: Running) -> Running:
    """The whole procedure, with a reminder and an extension that the law knows."""
    running.deploy(a_procedure(), service_yaml=a_passport(terms={"statutory": TERM}))
    return running


def test_term_ends_with_its_last_working_day_and_is_looked_at_on_the_morning_of_the_reminder(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    assert case.deadline_at == LAST_SECOND
    assert case.look_at == datetime(2026, 3, 12, 5, 0, tzinfo=UTC)


# --- closures -------------------------------------------------------------------------------------------------------


def test_closure_moves_running_terms_and_their_timers(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    add_closure(permits.runtime, AGENCY, date(2026, 3, 10), date(2026, 3, 11), "a move", by=SUPERVISOR)
    assert watch_terms(permits.runtime) == 1

    moved = permits.case(case).deadline_at
    assert moved == datetime(2026, 3, 19, 19, 59, 59, tzinfo=UTC)
    assert [job.due_at for job in permits.jobs(case.instance_id) if job.term] == [moved]
    assert permits.acts(case.instance_id)[-1] == "deadline.moved"
    permits.check()


def test_closure_taken_back_gives_the_days_back(permits: Running) -> None:
    closure = add_closure(permits.runtime, AGENCY, date(2026, 3, 10), date(2026, 3, 11), "a move", by=SUPERVISOR)
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    remove_closure(permits.runtime, closure.id, by=SUPERVISOR)
    watch_terms(permits.runtime)

    assert permits.case(case).deadline_at == LAST_SECOND


def test_closures_of_one_agency_move_no_term_of_another(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    add_closure(permits.runtime, "port", date(2026, 3, 10), date(2026, 3, 11), "a move", by=a_supervisor("port"))

    assert watch_terms(permits.runtime) == 0
    assert permits.case(case).deadline_at == LAST_SECOND


def test_closures_are_entered_by_those_who_oversee_the_agency(permits: Running) -> None:
    with pytest.raises(Forbidden):
        add_closure(permits.runtime, AGENCY, date(2026, 3, 10), date(2026, 3, 11), "a move", by=an_actor(CLERKS))
    closure = add_closure(permits.runtime, AGENCY, date(2026, 3, 10), date(2026, 3, 11), "a move", by=SUPERVISOR)
    with pytest.raises(NotFound):
        remove_closure(permits.runtime, closure.id, by=a_supervisor("port"))


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        pytest.param(date(2026, 3, 11), date(2026, 3, 10), "a move", id="backwards"),
        pytest.param(date(2026, 3, 10), date(2027, 3, 11), "a move", id="too long"),
        pytest.param(date(2026, 3, 10), date(2026, 3, 10), "  ", id="no reason"),
    ],
)
def test_closure_that_means_nothing_is_refused(permits: Running, first: date, last: date, reason: str) -> None:
    with pytest.raises(Invalid):
        add_closure(permits.runtime, AGENCY, first, last, reason, by=SUPERVISOR)
    assert permits.count("closure") == 0


# --- extensions -----------------------------------------------------------------------------------------------------


def test_supervisor_extends_a_term_with_a_reason_and_its_timer_moves(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    extended = extend_term(permits.runtime, case.id, "P5D", "an expert must be heard", by=SUPERVISOR)

    assert extended.deadline_at == datetime(2026, 4, 2, 19, 59, 59, tzinfo=UTC)
    assert [job.due_at for job in permits.jobs(case.instance_id) if job.term] == [extended.deadline_at]
    assert permits.acts(case.instance_id)[-1] == "deadline.extended"
    assert permits.case(case).term is not None
    assert [one.reason for one in permits.case(case).term.extensions] == ["an expert must be heard"]  # type: ignore[union-attr]
    permits.check()


def test_extension_beyond_the_law_or_by_others_changes_nothing(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    with pytest.raises(ExtensionRefused):
        extend_term(permits.runtime, case.id, "P11D", "because", by=SUPERVISOR)
    with pytest.raises(Invalid):
        extend_term(permits.runtime, case.id, "P5D", " ", by=SUPERVISOR)
    for stranger in (APPLICANT, an_actor(CLERKS), a_supervisor("port")):
        with pytest.raises(NotFound):
            extend_term(permits.runtime, case.id, "P5D", "because", by=stranger)

    assert permits.case(case).deadline_at == LAST_SECOND


def test_case_that_has_ended_is_not_extended(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)
    withdraw(permits.runtime, case.id, by=APPLICANT)

    with pytest.raises(CaseClosed):
        extend_term(permits.runtime, case.id, "P5D", "because", by=SUPERVISOR)


# --- reminders, delay, silence --------------------------------------------------------------------------------------


def test_people_are_reminded_once_before_the_term_ends_and_told_once_when_it_has(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)
    permits.work_off()

    def told() -> list[str]:
        return [act for act in permits.acts(case.instance_id) if act.startswith("deadline.")]

    permits.clock.set(datetime(2026, 3, 12, 4, 59, tzinfo=UTC))
    assert watch_terms(permits.runtime) == 0
    permits.clock.set(datetime(2026, 3, 12, 5, 0, tzinfo=UTC))
    assert [watch_terms(permits.runtime) for _ in range(2)] == [1, 0]
    assert told() == ["deadline.near"]
    assert permits.task(case.instance_id, "check").priority == SOON_PRIORITY
    permits.clock.set(LAST_SECOND + timedelta(seconds=1))
    assert [watch_terms(permits.runtime) for _ in range(2)] == [1, 0]
    assert told() == ["deadline.near", "deadline.passed"]
    assert permits.task(case.instance_id, "check").priority == LATE_PRIORITY
    permits.check()


def test_silence_decides_as_the_law_says_through_the_model(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)
    permits.work_off()

    permits.clock.set(LAST_SECOND + timedelta(seconds=1))
    permits.work_off()

    decided = permits.case(case)
    assert decided.state is CaseState.decided
    assert decided.decision is not None
    assert decided.decision.outcome is Outcome.tacit_refused
    assert decided.look_at is None
    assert watch_terms(permits.runtime) == 0


def test_an_extension_puts_silence_off(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)
    permits.work_off()
    extend_term(permits.runtime, case.id, "P5D", "because", by=SUPERVISOR)

    permits.clock.set(LAST_SECOND + timedelta(hours=1))
    permits.work_off()

    assert permits.case(case).is_open


# --- the clock and messages -----------------------------------------------------------------------------------------


def test_clock_stands_still_while_a_marked_message_is_awaited(running: Running) -> None:
    model = (
        a_process("permit").start().receive_task("money", "paid", key="=case.number", properties={"stopsClock": "true"})
    )
    model = model.user_task("check", queue=CLERKS).end(properties={"outcome": "granted"})
    running.deploy(model, service_yaml=a_passport(terms={"statutory": TERM}, evidence={}, milestones={}))
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    assert running.case(case).deadline_at is None

    running.clock.advance(timedelta(days=2))
    publish_message(running.runtime, "paid", str(case.number), {}, by=OFFICIAL)

    after = running.case(case)
    assert after.deadline_at == datetime(2026, 3, 19, 19, 59, 59, tzinfo=UTC)
    assert [act for act in running.acts(case.instance_id) if act.startswith("clock")][-1] == "clock.resumed"
    running.check()


# --- why ------------------------------------------------------------------------------------------------------------


def test_deadline_is_explained_day_by_day_with_closures_stops_and_extensions(permits: Running) -> None:
    add_closure(permits.runtime, AGENCY, date(2026, 3, 10), date(2026, 3, 10), "inventory", by=SUPERVISOR)
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)
    extend_term(permits.runtime, case.id, "P1D", "an expert must be heard", by=SUPERVISOR)

    told = explain_term(permits.runtime, case.id, by=APPLICANT, language="en")

    sentences = [one.sentence for one in told.days]
    assert (told.state, told.length, told.counting, told.silence) == ("running", "P10D", "working-days", "refusal")
    assert [one.reason for one in told.extensions] == ["an expert must be heard"]
    assert "10 March 2026: the agency is closed (inventory), not counted" in sentences
    assert "9 March 2026: Women's Day (observed), not counted" in sentences
    assert sum(one.counted for one in told.days) == 11
    assert told.deadline_at == permits.case(case).deadline_at


def test_explanation_is_for_those_who_may_see_the_case(permits: Running) -> None:
    case = apply(permits.runtime, "permit", {}, by=APPLICANT)

    assert (
        explain_term(permits.runtime, case.id, by=SUPERVISOR, language="az").days[0].sentence.startswith("2 mart 2026")
    )
    with pytest.raises(NotFound):
        explain_term(permits.runtime, case.id, by=an_actor(CLERKS), language="en")
