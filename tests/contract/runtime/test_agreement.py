"""A register's answer that disagrees with what was stated goes to a person, and both values are kept and shown."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.evidence import MASK
from engine.diagnostics import ModelRefused
from engine.errors import NotFound
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.store.queries.applications import tracking
from engine.store.queries.evidence import EvidenceRow, evidence_of_case
from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register
from tests.builders.a_runtime import Running
from tests.builders.an_actor import a_citizen, an_actor

APPLICANT = a_citizen()
CLERK = an_actor(CLERKS)
AGREES = "=person.born = application.born"


def a_model(agrees: str = AGREES, *, is_caught: bool = True) -> Drawing:
    """A look-up that answers born 1990-04-12, and a clerk who looks where the applicant states another day."""
    process = a_process("permit").start(properties={"milestone": "received"})
    process.service_task(
        "ask",
        "demo",
        headers={"resultVariable": "person", "errorOnFailure": "down"},
        inputs={"born": '="1990-04-12"', "pin": '="5FQ2K7M"'},
        properties={"evidence": "identity", "agrees": agrees},
    ).exclusive("known")
    process.user_task("decide", queue=CLERKS, properties={"milestone": "checked"})
    process.end("end", properties={"outcome": "withdrawn"})
    process.boundary("down", on="ask", error="" if is_caught else "down")
    return process.user_task("by-hand", queue=CLERKS, properties={"evidence": "identity"}).to("known")


def deployed(running: Running, model: Drawing, **proof: Any) -> None:
    files = {
        "permit.bpmn": model.xml(),
        "apply.form": a_form_file(a_field("born", required=False), id="apply"),
        "service.yaml": a_passport(form="apply", evidence=from_register(**proof)),
    }
    deploy(running.runtime, files, by=SYSTEM)


def applied(running: Running, born: str | None) -> Case:
    case = apply(running.runtime, "permit", {} if born is None else {"born": born}, by=APPLICANT)
    running.work_off()
    return case


def proofs(running: Running, case: Case) -> list[EvidenceRow]:
    with running.runtime.database.read() as connection:
        return evidence_of_case(connection, CLERK, case.id)


def test_an_answer_that_agrees_is_the_proof(running: Running) -> None:
    deployed(running, a_model())

    case = applied(running, "1990-04-12")

    (proof,) = proofs(running, case)
    assert (proof.outcome, proof.provenance) == ("proved", "register")
    assert [(one.what, one.stated, one.found) for one in proof.compared] == [
        ("person.born", "1990-04-12", "1990-04-12")
    ]
    running.task(case.instance_id, "decide")


def test_an_answer_that_disagrees_goes_to_a_clerk_who_sees_both_values(running: Running) -> None:
    deployed(running, a_model())

    case = applied(running, "1990-04-21")

    (proof,) = proofs(running, case)
    assert proof.outcome == "disagrees"
    assert [(one.stated, one.found, one.differs) for one in proof.compared] == [("1990-04-21", "1990-04-12", True)]
    assert {fact.name: fact.value for fact in proof.facts}["person.born"] == "1990-04-12"
    assert "job.error-thrown" in running.acts(case.instance_id)
    assert "evidence.missing" in running.acts(case.instance_id)

    running.complete(case.instance_id, "by-hand", by=CLERK, born="1990-04-12")
    assert [proof.outcome for proof in proofs(running, case)] == ["disagrees", "proved"]
    assert running.incidents(case.instance_id) == []


def test_what_cannot_be_told_does_not_agree(running: Running) -> None:
    deployed(running, a_model())

    case = applied(running, None)

    assert [proof.outcome for proof in proofs(running, case)] == ["disagrees"]


def test_a_model_may_let_pass_what_was_not_stated(running: Running) -> None:
    deployed(running, a_model(f"=application.born = null or {AGREES[1:]}"))

    case = applied(running, None)

    assert [proof.outcome for proof in proofs(running, case)] == ["proved"]


def test_the_applicant_follows_what_the_register_said_and_its_hash(running: Running) -> None:
    deployed(running, a_model(), shows=["born", "pin"], masks=["born"])

    case = applied(running, "1990-04-21")

    with running.runtime.database.read() as connection:
        (proof,) = tracking(connection, APPLICANT, case.id).evidence
    assert {fact.name: fact.value for fact in proof.facts} == {"person.born": MASK, "person.pin": "5FQ2K7M"}
    assert [(one.stated, one.found) for one in proof.compared] == [(MASK, MASK)]
    (entry,) = running.rows(
        "SELECT detail FROM journal_entry WHERE chain = :c AND action = 'evidence.missing'", c=case.instance_id
    )
    assert proof.hash in entry["detail"]


def test_nobody_else_sees_the_proofs(running: Running) -> None:
    deployed(running, a_model())
    case = applied(running, "1990-04-21")

    with running.runtime.database.read() as connection, pytest.raises(NotFound):
        evidence_of_case(connection, an_actor("elsewhere:clerk"), case.id)


def test_a_disagreement_must_be_caught(running: Running) -> None:
    with pytest.raises(ModelRefused) as caught:
        deployed(running, a_model(is_caught=False))
    assert {one.rule for one in caught.value.diagnostics if one.severity == "error"} == {"evidence-disagrees-uncaught"}


@pytest.mark.parametrize("agrees", ["person.born = application.born", "=person.born ="])
def test_a_comparison_is_an_expression(running: Running, agrees: str) -> None:
    with pytest.raises(ModelRefused) as caught:
        deployed(running, a_model(agrees))
    assert "misplaced-comparison" in {one.rule for one in caught.value.diagnostics}
