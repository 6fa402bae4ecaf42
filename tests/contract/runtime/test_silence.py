"""What silence means by law, what a fee tier buys, and who is told when a term ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.decision import Outcome
from engine.identity import QueueName
from engine.runtime.apply import apply
from engine.runtime.claim import claim
from engine.runtime.deploy import check, deploy
from engine.runtime.set_contact import WantedContact, set_contact
from engine.runtime.watch_terms import watch_terms
from engine.store.queries.notices import inbox_page, notices_of_case
from engine.store.records import AccountRecord
from tests.builders.a_decision_model import a_decision, a_model, an_input
from tests.builders.a_form import a_field, a_form_file, choices
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import AGENCY, CLERKS, a_passport
from tests.builders.a_runtime import Running
from tests.builders.an_actor import a_citizen, an_actor
from tests.unit.processes.test_fee_tiers import TABLE

APPLICANT = a_citizen()
LAST_SECOND = datetime(2026, 3, 17, 19, 59, 59, tzinfo=UTC)
"""Of ten working days after Monday, 2 March 2026."""
MORNING = datetime(2026, 3, 12, 5, 0, tzinfo=UTC)
"""Of the reminder, three working days before."""


def a_term(silence: str) -> dict[str, Any]:
    return {"statutory": {"length": "P10D", "counting": "working-days", "silence": silence, "reminder": "P3D"}}


def a_permit(outcome: str | None = "tacit-granted", term: str = "P10D") -> Drawing:
    """A clerk decides, and the timer of the term decides so when nobody does."""
    process = a_process("permit").start()
    if term.startswith("="):
        process.decision("find-tariff", "tariff", result="tariff", inputs={"speed": "=application.speed"})
    process.user_task("check", queue=CLERKS).end("granted", properties={"outcome": "granted"})
    timed = {"term": "statutory", "counting": "working-days"}
    process.boundary("late", on="check", duration=term, properties=timed)
    return process.end("over", properties={"outcome": outcome} if outcome else {})


def files(model: Drawing, silence: str, **said: Any) -> dict[str, bytes]:
    passport = a_passport(terms=a_term(silence), evidence={}, milestones={}, **said)
    return {"permit.bpmn": model.xml(), "service.yaml": passport}


# Silence


@pytest.mark.parametrize(
    ("silence", "outcome"),
    [("consent", Outcome.tacit_granted), ("refusal", Outcome.tacit_refused)],
)
def test_silence_decides_as_the_law_says(running: Running, silence: str, outcome: Outcome) -> None:
    result = deploy(running.runtime, files(a_permit(str(outcome)), silence), by=SYSTEM)
    assert [one.rule for one in result.findings if one.rule == "silence-without-outcome"] == []
    case = apply(running.runtime, "permit", {}, by=APPLICANT)

    running.clock.set(LAST_SECOND - timedelta(seconds=1))
    running.work_off()
    assert running.case(case).is_open
    running.clock.set(LAST_SECOND + timedelta(seconds=1))
    running.work_off()

    decision = running.case(case).decision
    assert decision is not None
    assert (decision.outcome, decision.decided_at) == (outcome, running.clock.now())
    assert running.tasks(case.instance_id) == []


@pytest.mark.parametrize(
    ("silence", "outcome", "warns"),
    [
        pytest.param("consent", None, True, id="nobody decides"),
        pytest.param("consent", "tacit-refused", True, id="decides the contrary"),
        pytest.param("refusal", "tacit-granted", True, id="decides the contrary of a refusal"),
        pytest.param("consent", "tacit-granted", False, id="decides so"),
        pytest.param("nothing", None, False, id="silence means nothing"),
    ],
)
def test_a_model_that_does_not_decide_as_silence_does_is_warned_of(
    running: Running, silence: str, outcome: str | None, warns: bool
) -> None:
    found = check(running.runtime, files(a_permit(outcome), silence))

    warnings = [one for one in found if one.rule == "silence-without-outcome"]
    assert bool(warnings) is warns
    assert all(one.severity == "warning" and one.remedy and one.file == "permit.bpmn" for one in warnings)


# Tiers


@pytest.mark.parametrize(
    ("speed", "fee", "last_day"),
    [("ordinary", 5, 17), ("three-days", 50, 5), ("one-day", 70, 3)],
)
def test_a_fee_tier_buys_a_shorter_term(running: Running, speed: str, fee: int, last_day: int) -> None:
    bundle = files(a_permit(term="=tariff.term"), "consent", form="apply")
    bundle["apply.form"] = a_form_file(
        a_field("speed", "radio", required=True, values=choices("ordinary", "three-days", "one-day")), id="apply"
    )
    bundle["tariff.dmn"] = a_model(an_input("speed") + a_decision("tariff", TABLE, inputs="speed"))
    deploy(running.runtime, bundle, by=SYSTEM)

    case = apply(running.runtime, "permit", {"speed": speed}, by=APPLICANT)

    due = datetime(2026, 3, last_day, 19, 59, 59, tzinfo=UTC)
    assert case.deadline_at == due
    assert running.variables(case.instance_id)["tariff"]["fee"] == fee
    assert [job.due_at for job in running.jobs(case.instance_id) if job.term] == [due]
    running.clock.set(due + timedelta(seconds=1))
    running.work_off()
    decision = running.case(case).decision
    assert decision is not None
    assert decision.outcome is Outcome.tacit_granted


# Who is told


def an_official(running: Running, name: str, *, queue: str = "", supervises: str = "", disabled: bool = False) -> str:
    account = AccountRecord(
        id=f"acc-{name}",
        sign_in_name=name,
        password_hash=None,
        name=name.title(),
        disabled=disabled,
        created_at=running.clock.now(),
    )
    with running.runtime.database.work() as work:
        work.accounts.add(account)
        work.accounts.grant(
            account.id,
            queues=[QueueName.parse(queue)] if queue else [],
            supervises=[supervises] if supervises else [],
        )
    return account.id


def inbox(running: Running, account: str) -> list[str]:
    with running.runtime.database.read() as connection:
        return [row.notice.subject for row in inbox_page(connection, an_actor(account=account)).page.items]


@pytest.fixture
def waiting(running: Running) -> Case:
    """A case whose clerk has not looked yet; two clerks, one of them gone, and supervisors of two agencies."""
    deploy(running.runtime, files(a_permit(None), "nothing"), by=SYSTEM)
    an_official(running, "clerk", queue=CLERKS)
    an_official(running, "colleague", queue=CLERKS)
    an_official(running, "gone", queue=CLERKS, disabled=True)
    an_official(running, "chief", supervises=AGENCY)
    an_official(running, "stranger", supervises="port")
    return apply(running.runtime, "permit", {}, by=APPLICANT)


def watch(running: Running, at: datetime) -> None:
    running.clock.set(at)
    for _ in range(3):
        watch_terms(running.runtime)


def test_members_of_the_queue_are_reminded_once_while_nobody_holds_the_task(running: Running, waiting: Case) -> None:
    watch(running, MORNING)

    told = {name: inbox(running, f"acc-{name}") for name in ("clerk", "colleague", "gone", "chief", "stranger")}
    subject = [f"{waiting.number}: müddət bitir"]
    assert told == {"clerk": subject, "colleague": subject, "gone": [], "chief": [], "stranger": []}
    assert running.acts(waiting.instance_id).count("officials.told") == 1


def test_who_holds_the_task_is_reminded_alone(running: Running, waiting: Case) -> None:
    clerk = an_actor(CLERKS, account="acc-clerk")
    claim(running.runtime, running.task(waiting.instance_id, "check").id, by=clerk)

    watch(running, MORNING)

    assert len(inbox(running, "acc-clerk")) == 1
    assert inbox(running, "acc-colleague") == []


def test_a_passed_term_is_told_to_the_supervisors_of_the_agency_once(running: Running, waiting: Case) -> None:
    watch(running, MORNING)
    watch(running, LAST_SECOND + timedelta(seconds=1))

    assert inbox(running, "acc-chief") == [f"{waiting.number}: müddət keçib"]
    assert len(inbox(running, "acc-clerk")) == 2
    assert inbox(running, "acc-stranger") == []


def test_an_official_who_gave_an_address_is_written_to_in_her_language(running: Running, waiting: Case) -> None:
    by_mail = WantedContact(mail="chief@example.org", language="en")
    set_contact(running.runtime, by_mail, by=an_actor(account="acc-chief", supervises=frozenset({AGENCY})))
    running.runtime = replace(running.runtime, sends_mail=True)

    watch(running, LAST_SECOND + timedelta(seconds=1))

    assert inbox(running, "acc-chief") == [f"{waiting.number}: the term has passed"]
    assert running.rows("SELECT channel, state FROM delivery") == [{"channel": "mail", "state": "waiting"}]
    assert running.read("delivery", "address") == ["chief@example.org"]
    assert running.count("job", "type = 'notice'") == 1


def test_the_applicant_reads_nothing_of_it(running: Running, waiting: Case) -> None:
    watch(running, LAST_SECOND + timedelta(seconds=1))

    assert inbox(running, APPLICANT.account) == []
    with running.runtime.database.read() as connection:
        assert notices_of_case(connection, APPLICANT, waiting.id) == []
