"""Once only: registers fill in the form, with the applicant's consent where the law asks it, and the case knows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.prefill import ANSWERED_WITHIN, KEPT_FOR, AnswerState
from engine.connectors.demo import DemoConnector
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.register import Register, RegisterConnector
from engine.diagnostics import ModelRefused
from engine.errors import Forbidden, Invalid, NotFound
from engine.jobs.housekeeping import tidy_up
from engine.runtime.apply import apply
from engine.runtime.consents import asked_consents, give_consent, withdraw_consent
from engine.runtime.deploy import deploy
from engine.runtime.external_jobs import fetch_jobs
from engine.runtime.prefill import prefill_form, prefilled
from engine.runtime.wiring import Runtime
from engine.store.queries.applications import TrackingRow, tracking
from onewindow.lookups import KeptLookups
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_prefilled_procedure import CONSENT, OPERATION, a_prefilled_procedure
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register, in_all_languages
from tests.builders.a_runtime import OFFICIAL, Running, a_runtime
from tests.builders.an_actor import a_citizen, an_actor

APPLICANT = a_citizen()


@pytest.fixture
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    """The register; what it answers at first may be said by a parameter."""
    known = ('{"name": "Rəşad", "address": {"street": "Nizami 5"}, "phone": null}', 200)
    with a_partner() as listening:
        listening.answers(*getattr(request, "param", known))
        yield listening


@pytest.fixture
def running(database_url: str, partner: Partner) -> Iterator[Running]:
    """The use cases over a fresh database; the register's answers are valid for a day."""
    made: list[Runtime] = []
    exchange = Exchange(AllowedHosts(frozenset({partner.host})))
    register = Register(name="population", url=partner.url, valid_for=timedelta(days=1))
    connector = RegisterConnector([register], exchange, {}.get, KeptLookups(lambda: made[0]))
    running = a_runtime(database_url, connectors=[connector, DemoConnector()])
    made.append(running.runtime)
    yield running
    running.check()
    running.close()
    exchange.close()


def deployed(running: Running, **proof: Any) -> None:
    deploy(running.runtime, a_prefilled_procedure(**proof), by=SYSTEM)


def asked(running: Running) -> str:
    made = prefill_form(running.runtime, "permit", by=APPLICANT)
    running.work_off()
    return made.id


def state(running: Running, prefill_id: str) -> AnswerState:
    made = prefilled(running.runtime, "permit", prefill_id, by=APPLICANT)
    return made.answers[0].state_at(made.made_at, running.clock.now())


def applied(running: Running, street: str = "Nizami 5") -> Case:
    answers = {"pin": APPLICANT.pin, "street": street, "phone": "1"}
    case = apply(running.runtime, "permit", answers, by=APPLICANT)
    running.work_off()
    return case


def followed(running: Running, case: Case) -> TrackingRow:
    with running.runtime.database.read() as connection:
        return tracking(connection, APPLICANT, case.id)


def consented(running: Running) -> str:
    (one,) = asked_consents(running.runtime, "permit", by=APPLICANT)
    assert one.wanted.consent is not None
    return give_consent(running.runtime, "permit", "identity", one.wanted.consent.version, by=APPLICANT).id


# Filling in


def test_a_register_fills_in_what_it_knows_and_leaves_the_rest(running: Running, partner: Partner) -> None:
    deployed(running)

    made = prefilled(running.runtime, "permit", asked(running), by=APPLICANT)
    (answer,) = made.answers

    assert (answer.state, dict(answer.values)) == (AnswerState.answered, {"street": "Nizami 5"})
    assert (answer.register, answer.purpose, answer.legal_basis) == ("population", "permit", "art. 2")
    assert answer.fetched_at == running.clock.now()
    (received,) = partner.received
    assert received.path == f"/persons/{APPLICANT.pin}"
    assert received.headers["X-Purpose"] == "permit"
    assert made.own == {"pin": APPLICANT.pin}
    assert [one for one in running.read("job", "payload") if APPLICANT.pin in (one or "")] == []


def test_nothing_is_asked_within_the_request(running: Running, partner: Partner) -> None:
    deployed(running)

    made = prefill_form(running.runtime, "permit", by=APPLICANT)

    assert partner.received == []
    assert made.answers[0].state is AnswerState.asked


def test_the_case_keeps_what_was_filled_in_and_does_not_ask_again(running: Running, partner: Partner) -> None:
    deployed(running)
    asked(running)
    running.clock.advance(timedelta(minutes=10))

    case = applied(running)

    assert len(partner.received) == 1
    before, after = followed(running, case).evidence
    assert (before.provenance, before.source) == ("prefilled", f"population {OPERATION}")
    assert before.fetched_at == running.clock.now() - timedelta(minutes=10) == after.fetched_at
    assert [(one.what, one.differs) for one in before.compared] == [("street", False)]
    assert after.provenance == "register"
    assert [running.count(table) for table in ("prefill", "prefill_answer")] == [0, 0]


def test_a_value_that_the_applicant_changed_is_told(running: Running) -> None:
    deployed(running)
    asked(running)

    case = applied(running, street="Füzuli 7")

    before = followed(running, case).evidence[0]
    assert [(one.stated, one.found, one.differs) for one in before.compared] == [("Füzuli 7", "Nizami 5", True)]


@pytest.mark.parametrize("partner", [("{}", 503)], indirect=True)
def test_a_register_that_is_down_leaves_the_field_to_be_typed(running: Running, partner: Partner) -> None:
    deployed(running)

    key = asked(running)

    assert state(running, key) is AnswerState.no_answer
    assert running.count("incident") == 0
    partner.answers('{"address": {"street": "Nizami 5"}}')
    assert [proof.provenance for proof in followed(running, applied(running)).evidence] == ["register"]


def test_a_register_that_is_slow_counts_as_silent(running: Running) -> None:
    deployed(running)
    key = prefill_form(running.runtime, "permit", by=APPLICANT).id

    running.clock.advance(ANSWERED_WITHIN + timedelta(seconds=1))

    assert state(running, key) is AnswerState.no_answer


@pytest.mark.parametrize("partner", [("", 404)], indirect=True)
def test_a_person_whom_the_register_does_not_know_is_told(running: Running) -> None:
    deployed(running)
    assert state(running, asked(running)) is AnswerState.no_record


def test_an_account_without_a_number_is_not_looked_up(running: Running, partner: Partner) -> None:
    deployed(running)
    made = prefill_form(running.runtime, "permit", by=replace(APPLICANT, pin=None))
    running.work_off()
    assert (made.answers[0].state, partner.received) == (AnswerState.no_number, [])


def test_who_asks_twice_is_given_the_same(running: Running, partner: Partner) -> None:
    deployed(running)
    assert asked(running) == asked(running)
    assert len(partner.received) == 1


def test_a_later_form_is_served_while_the_answer_is_valid(running: Running, partner: Partner) -> None:
    deployed(running)
    applied(running)
    running.clock.advance(timedelta(hours=1))

    (answer,) = prefilled(running.runtime, "permit", asked(running), by=APPLICANT).answers

    assert answer.is_reused
    assert len(partner.received) == 1


def test_nobody_else_sees_or_uses_it(running: Running, partner: Partner) -> None:
    deployed(running)
    key = asked(running)
    other = replace(APPLICANT, account="acc-other")

    with pytest.raises(NotFound):
        prefilled(running.runtime, "permit", key, by=other)
    with pytest.raises(Forbidden):
        prefill_form(running.runtime, "permit", by=an_actor(CLERKS))
    apply(running.runtime, "permit", {"pin": APPLICANT.pin, "street": "x", "phone": "1"}, by=other)
    running.work_off()

    assert len(partner.received) == 2
    assert running.count("prefill") == 1


def test_a_form_that_nobody_submits_is_forgotten_with_all_answers(running: Running) -> None:
    deployed(running)
    key = asked(running)

    running.clock.advance(KEPT_FOR)
    tidy_up(running.runtime)

    with pytest.raises(NotFound):
        prefilled(running.runtime, "permit", key, by=APPLICANT)
    assert [running.count(table) for table in ("prefill", "prefill_answer", "lookup_answer")] == [0, 0, 0]


def test_a_job_of_a_forgotten_form_asks_nobody(running: Running, partner: Partner) -> None:
    deployed(running)
    prefill_form(running.runtime, "permit", by=APPLICANT)
    running.clock.advance(KEPT_FOR)
    tidy_up(running.runtime)

    running.work_off()

    assert partner.received == []
    assert running.count("incident") == 0


# Consent


def test_without_consent_nobody_is_asked_and_the_fallback_applies(running: Running, partner: Partner) -> None:
    deployed(running, **CONSENT)

    assert state(running, asked(running)) is AnswerState.no_consent
    case = applied(running)

    assert partner.received == []
    assert [(proof.outcome, proof.facts) for proof in followed(running, case).evidence] == [("no-consent", ())]
    running.task(case.instance_id, "by-hand")
    assert running.incidents(case.instance_id) == []


def test_with_consent_the_register_is_asked_and_the_case_shows_it(running: Running, partner: Partner) -> None:
    deployed(running, **CONSENT)
    key = consented(running)

    asked(running)
    case = applied(running)

    assert len(partner.received) == 1
    shown = followed(running, case)
    assert [proof.outcome for proof in shown.evidence] == ["proved", "proved"]
    assert [(one.id, one.evidence, one.holds) for one in shown.consents] == [(key, "identity", True)]
    assert running.acts(f"person-{APPLICANT.account}") == ["consent.given", "prefill.asked"]


def test_after_it_was_taken_back_nobody_is_asked_any_more(running: Running, partner: Partner) -> None:
    deployed(running, **CONSENT)
    key = consented(running)
    prefill_form(running.runtime, "permit", by=APPLICANT)
    case = apply(running.runtime, "permit", {"pin": "5FQ2K7M", "street": "x", "phone": "1"}, by=APPLICANT)

    taken_back = withdraw_consent(running.runtime, key, by=APPLICANT)
    again = withdraw_consent(running.runtime, key, by=APPLICANT)
    running.work_off()

    assert partner.received == []
    assert taken_back.withdrawn_at == again.withdrawn_at == running.clock.now()
    shown = followed(running, case)
    assert [proof.outcome for proof in shown.evidence] == ["no-consent"]
    assert [one.holds for one in shown.consents] == [False]
    assert running.acts(f"person-{APPLICANT.account}")[-1] == "consent.withdrawn"


def test_a_program_outside_is_not_given_what_needs_consent(running: Running, partner: Partner) -> None:
    deployed(running, **CONSENT)
    case = apply(running.runtime, "permit", {"pin": "5FQ2K7M", "street": "x", "phone": "1"}, by=APPLICANT)

    assert fetch_jobs(running.runtime, ["register"], worker="w", by=OFFICIAL) == ()
    running.task(case.instance_id, "by-hand")


def test_a_consent_is_given_to_the_text_as_it_is_now(running: Running) -> None:
    deployed(running, **CONSENT)
    with pytest.raises(Invalid):
        give_consent(running.runtime, "permit", "identity", "0" * 64, by=APPLICANT)
    consented(running)

    deployed(running, **{**CONSENT, "consent_text": in_all_languages("I agree to more.")})

    (one,) = asked_consents(running.runtime, "permit", by=APPLICANT)
    assert (one.given, one.holds) == (None, False)


def test_a_consent_is_ones_own(running: Running) -> None:
    deployed(running, **CONSENT)
    key = consented(running)
    assert consented(running) == key
    with pytest.raises(NotFound):
        withdraw_consent(running.runtime, key, by=replace(APPLICANT, account="acc-other"))
    with pytest.raises(NotFound):
        give_consent(running.runtime, "permit", "other", "0" * 64, by=APPLICANT)
    with pytest.raises(Forbidden):
        give_consent(running.runtime, "permit", "identity", "0" * 64, by=an_actor(CLERKS))


# Deployment


def refused(running: Running, files: dict[str, bytes]) -> set[str]:
    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, files, by=SYSTEM)
    return {one.rule for one in caught.value.diagnostics if one.severity == "error"}


def test_a_field_names_a_proof_that_a_register_gives(running: Running) -> None:
    files = a_prefilled_procedure()
    assert refused(running, {**files, "service.yaml": a_passport(form="apply")}) == {"prefill-unknown-evidence"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"ow:prefill": "case.applicant.salary"}, id="what no account says"),
        pytest.param({"ow:prefill": "a", "ow:prefill.evidence": "identity"}, id="no operation"),
        pytest.param({"ow:prefill": "a", "ow:prefill.operation": OPERATION}, id="no proof"),
        pytest.param(
            {"ow:prefill": "a b", "ow:prefill.evidence": "identity", "ow:prefill.operation": OPERATION}, id="no path"
        ),
        pytest.param(
            {"ow:prefill": "a", "ow:prefill.evidence": "identity", "ow:prefill.operation": "GET /persons/{other}"},
            id="another person",
        ),
        pytest.param(
            {"ow:prefill": "a", "ow:prefill.evidence": "identity", "ow:prefill.operation": "POST /persons/{pin}"},
            id="an entry",
        ),
    ],
)
def test_what_cannot_fill_in_a_field_is_refused(running: Running, said: dict[str, str]) -> None:
    files = a_prefilled_procedure()
    form = json.loads(files["apply.form"])
    form["components"][0]["properties"] = said
    assert refused(running, {**files, "apply.form": json.dumps(form).encode()}) >= {"form-prefill"}


def test_a_missing_consent_must_lead_to_who_stands_in(running: Running) -> None:
    files = a_prefilled_procedure(**CONSENT)
    files["permit.bpmn"] = (
        files["permit.bpmn"]
        .replace(
            b'<bpmn:errorEventDefinition id="not-asked-error"/>',
            b'<bpmn:errorEventDefinition id="not-asked-error" errorRef="down"/>',
        )
        .replace(b"<bpmn:process ", b'<bpmn:error id="down" errorCode="down"/><bpmn:process ', 1)
    )
    assert "evidence-no-consent-uncaught" in refused(running, files)


@pytest.mark.parametrize(
    "said",
    [
        {"consent": "perhaps"},
        {"consent": "required"},
        {**CONSENT, "register": None, "purpose": "", "fallback": "none"},
    ],
)
def test_a_consent_has_a_text_a_law_and_a_register(running: Running, said: dict[str, Any]) -> None:
    proof = {key: value for key, value in from_register(**said)["identity"].items() if value is not None}
    assert "passport" in refused(running, {"service.yaml": a_passport(evidence={"identity": proof})})
