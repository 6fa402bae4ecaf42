"""Fault matrix, rows 7, 8, 9 and 19, for money: killed workers charge once, a storm of callbacks settles once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.payment import Payment, PaymentState
from engine.clock import SystemClock
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.runtime.look_at_payment import take_callback
from engine.runtime.refund import refund_payment
from engine.runtime.signed_callback import sign
from engine.store.queries.payments import balances, payments_of_case
from tests.builders.a_paid_permit import a_paid_service
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.a_runtime import OFFICIAL, Running, a_runtime
from tests.builders.an_actor import a_citizen
from tests.builders.threads import at_once
from tests.builders.waiting import until
from tests.faults import invariants

_ROOT = Path(__file__).parents[2]
SECRET = "callback-secret"
StartWorker = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def provider() -> Iterator[ProviderAt]:
    """The simulated provider."""
    with a_provider() as listening:
        yield listening


@pytest.fixture
def paying(database_url: str, provider: ProviderAt) -> Iterator[Running]:
    """The use cases on real time with a paid service; the books balance afterwards."""
    made = a_runtime(database_url, connectors=[provider.connector()])
    made.runtime = replace(made.runtime, clock=SystemClock())
    made.hands = replace(made.hands, runtime=made.runtime)
    deploy(made.runtime, a_paid_service(retryBackoff="PT0S"), by=SYSTEM)
    yield made
    invariants.hold(made)
    with made.runtime.database.read() as connection:
        assert sum(balances(connection).values()) == 0
    made.close()


@pytest.fixture
def start_payer(database_url: str, provider: ProviderAt) -> Iterator[StartWorker]:
    """Starts workers as processes of their own; those left over are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *more: str) -> subprocess.Popen[str]:
        program = [sys.executable, "-m", "tests.builders.a_payment_worker"]
        command = [*program, database_url, str(provider.port), name, "1", *more]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def payments(running: Running, case: Case) -> list[Payment]:
    with running.runtime.database.read() as connection:
        return [row.payment for row in payments_of_case(connection, case.id)]


def is_in(running: Running, case: Case, state: str) -> bool:
    return [one.state for one in payments(running, case)] == [PaymentState(state)]


def kill_in_the_call(provider: ProviderAt, worker: subprocess.Popen[str], kind: str) -> None:
    """SIGKILL a worker when the provider has done what it asked, and before it has the answer."""
    until(lambda: len(provider.effects(kind)) == 1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    provider.switch(mode="ok")


def test_a_worker_killed_while_the_provider_opens_a_payment_leaves_one_payment(
    paying: Running, provider: ProviderAt, start_payer: StartWorker
) -> None:
    provider.switch(mode="hang")
    case = apply(paying.runtime, "permit", {}, by=a_citizen())
    kill_in_the_call(provider, start_payer("first"), "payment")

    start_payer("second")

    until(lambda: is_in(paying, case, "open"))
    (effect,) = provider.effects("payment")
    assert effect["times"] >= 2
    assert payments(paying, case)[0].provider_id == effect["subject"]


@pytest.mark.parametrize("kind", ["payment", "refund"])
def test_a_worker_killed_between_the_answer_and_our_commit_charges_and_refunds_once(
    paying: Running, provider: ProviderAt, start_payer: StartWorker, kind: str
) -> None:
    case = apply(paying.runtime, "permit", {}, by=a_citizen())
    if kind == "refund":
        paying.work_off()
        provider.act("pay")
        call_back(paying, payments(paying, case)[0])
        paying.work_off()
        refund_payment(paying.runtime, payments(paying, case)[0].id, None, "Not needed.", by=OFFICIAL)

    for name in ("first", "second"):
        assert start_payer(name, "dies").wait(20) == -signal.SIGKILL
    start_payer("third")

    until(lambda: is_in(paying, case, "open" if kind == "payment" else "refunded"))
    (effect,) = provider.effects(kind)
    assert effect["times"] == 3


def test_a_worker_killed_while_the_provider_sends_a_refund_sends_it_once(
    paying: Running, provider: ProviderAt, start_payer: StartWorker
) -> None:
    case = apply(paying.runtime, "permit", {}, by=a_citizen())
    paying.work_off()
    provider.act("pay")
    call_back(paying, payments(paying, case)[0])
    paying.work_off()
    provider.switch(mode="hang")
    refund_payment(paying.runtime, payments(paying, case)[0].id, None, "Not needed.", by=OFFICIAL)
    kill_in_the_call(provider, start_payer("first"), "refund")

    start_payer("second")

    until(lambda: is_in(paying, case, "refunded"))
    (effect,) = provider.effects("refund")
    assert (effect["body"]["amount"], effect["times"] >= 2) == (2500, True)


@pytest.mark.parametrize("round_", range(3))
def test_a_storm_of_callbacks_from_eight_threads_settles_once(
    paying: Running, provider: ProviderAt, start_payer: StartWorker, round_: int
) -> None:
    case = apply(paying.runtime, "permit", {}, by=a_citizen())
    paying.work_off()
    start_payer("a")
    start_payer("b")
    provider.act("pay")
    payment = payments(paying, case)[0]

    at_once(8, lambda _: [call_back(paying, payment) for _ in range(10)])

    until(lambda: is_in(paying, case, "paid"))
    at_once(8, lambda _: call_back(paying, payment))
    assert paying.acts(case.instance_id).count("payment.settled") == 1
    assert paying.count("ledger_transaction", "key LIKE 'paid:%'") == 1
    assert paying.history(case.instance_id).count("answered:c") == 1
    assert [task.element_id for task in paying.tasks(case.instance_id)] == ["hand-out"]
    assert paying.count("receipt_counter", "last = 1") == 1


def call_back(running: Running, payment: Payment) -> bool:
    """The provider's news."""
    body = f'{{"payment_id": "{payment.provider_id}"}}'.encode()
    return take_callback(running.runtime, body, sign(body, SECRET, running.runtime.clock.now()), SECRET)
