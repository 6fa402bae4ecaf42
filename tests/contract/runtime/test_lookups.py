"""One question to a register in one case is one fetch; within its validity an answer serves one person's next case."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.casework.actor import SYSTEM, Actor
from engine.casework.case import Case
from engine.casework.lookup import ASKING_FOR
from engine.connectors.demo import DemoConnector
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.register import Register, RegisterConnector
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.runtime.wiring import Runtime
from onewindow.lookups import KeptLookups
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register
from tests.builders.a_runtime import Running, a_runtime
from tests.builders.an_actor import a_citizen

APPLICANT = a_citizen()
LEASE = timedelta(minutes=5)


def a_service(**headers: str) -> dict[str, bytes]:
    """Two tasks that ask the same, one after the other, then a clerk."""
    said = {
        "register": "population",
        "operation": "GET /persons/{pin}",
        "purpose": "identity",
        "legalBasis": "art. 30",
        "resultVariable": "person",
        "retryBackoff": "PT5S",
        **headers,
    }
    process = a_process("permit").start(properties={"milestone": "received"})
    for name in ("first", "second"):
        process.service_task(
            name, "register", headers=said, inputs={"pin": '="5FQ2K7M"'}, properties={"evidence": "identity"}
        )
    process.user_task("look", queue=CLERKS, properties={"milestone": "checked"})
    return {
        "permit.bpmn": process.end("end", properties={"outcome": "withdrawn"}).xml(),
        "service.yaml": a_passport(evidence=from_register(fallback="none")),
    }


@pytest.fixture
def partner() -> Iterator[Partner]:
    """The register."""
    with a_partner() as listening:
        listening.answers('{"name": "Rəşad"}')
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


def applied(running: Running, by: Actor = APPLICANT) -> Case:
    case = apply(running.runtime, "permit", {}, by=by)
    running.work_off()
    return case


def test_two_tasks_of_a_case_that_ask_the_same_fetch_once(running: Running, partner: Partner) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)

    case = applied(running)

    assert len(partner.received) == 1
    proofs = running.rows("SELECT fetched_at, is_reused FROM evidence WHERE case_id = :id", id=case.id)
    assert len(proofs) == 2
    assert all(proof["fetched_at"] and not proof["is_reused"] for proof in proofs)


def test_a_task_that_asks_again_fetches_anew(running: Running, partner: Partner) -> None:
    deploy(running.runtime, a_service(ask="again"), by=SYSTEM)

    applied(running)

    assert len(partner.received) == 2
    assert len({one.headers["Idempotency-Key"] for one in partner.received}) == 2


@pytest.mark.parametrize(
    ("later", "fetches"), [pytest.param(1, 1, id="valid"), pytest.param(25, 2, id="not valid any more")]
)
def test_an_answer_serves_the_same_persons_next_case_while_valid(
    running: Running, partner: Partner, later: int, fetches: int
) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    applied(running)

    running.clock.advance(timedelta(hours=later))
    case = applied(running)

    assert len(partner.received) == fetches
    proofs = running.rows("SELECT is_reused FROM evidence WHERE case_id = :id", id=case.id)
    assert [bool(proof["is_reused"]) for proof in proofs] == [fetches == 1] * 2


def test_an_answer_never_serves_another_person(running: Running, partner: Partner) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    applied(running)

    applied(running, by=replace(APPLICANT, account="acc-other"))

    assert len(partner.received) == 2


def test_a_worker_that_dies_after_the_answer_leaves_it_to_the_next(running: Running, partner: Partner) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    apply(running.runtime, "permit", {}, by=APPLICANT)
    (job,) = running.hands.take(1, LEASE)
    running.hands.do(job)  # and dies before it is recorded

    running.clock.advance(LEASE + timedelta(seconds=1))
    running.work_off("worker-2")

    assert len(partner.received) == 1


def test_tries_of_one_job_at_once_show_one_key_and_get_one_answer(running: Running, partner: Partner) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    apply(running.runtime, "permit", {}, by=APPLICANT)
    (job,) = running.hands.take(1, LEASE)

    with ThreadPoolExecutor(4) as pool:
        endings = list(pool.map(lambda _: running.hands.do(job), range(4)))

    assert len({one.headers["Idempotency-Key"] for one in partner.received}) == 1
    assert len({str(ending.variables) for ending in endings}) == 1


def test_a_register_that_fails_is_asked_again_under_the_same_key(running: Running, partner: Partner) -> None:
    partner.answers("{}", 503).answers('{"name": "Rəşad"}')
    deploy(running.runtime, a_service(), by=SYSTEM)
    applied(running)

    running.clock.advance(ASKING_FOR)
    running.work_off()

    assert len({one.headers["Idempotency-Key"] for one in partner.received}) == 1
    assert running.count("lookup_answer", "status = 200") == 1
