"""What a subscriber answers, or does not: told with the attempt, in short, without secrets; nobody within is called."""

from __future__ import annotations

import pytest

from engine.connectors.webhook import InnerHosts, Sender
from engine.connectors.webhook.call import SendLimits
from tests.builders.a_runtime import Running
from tests.builders.a_subscriber import (
    SECRET,
    SubscriberAt,
    a_messenger,
    a_subscriber,
    deliveries,
    subscribe_to,
    tell,
    two_tasks,
)


@pytest.mark.parametrize(
    ("subscriber", "error"),
    [
        (SubscriberAt(answers=lambda *_: 302, headers={"Location": "http://127.0.0.1:1/"}), "status 302"),
        (SubscriberAt(answers=lambda *_: 0), "broke off"),
        (SubscriberAt(slow_seconds=1.0), "did not answer in time"),
    ],
    ids=["a redirect is not followed", "it hangs up", "it is slow"],
)
def test_what_went_wrong_is_told_with_the_attempt(running: Running, subscriber: SubscriberAt, error: str) -> None:
    two_tasks(running)
    said = {name: getattr(subscriber, name) for name in ("answers", "headers", "slow_seconds")}
    with a_subscriber(**said) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        a_messenger(running.runtime, limits=SendLimits(read_seconds=0.3)).tell_what_is_due()

    attempt = running.rows("SELECT * FROM webhook_attempt")[0]
    assert error in attempt["error"]
    assert "127.0.0.1" not in attempt["error"]
    assert deliveries(running) == [("waiting", 1), ("waiting", 0)]


def test_an_answer_that_never_ends_is_cut_off_in_time(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda *_: 200, says="x" * 3_000, slow_seconds=30) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        a_messenger(running.runtime, limits=SendLimits(read_seconds=25, total_seconds=0.3)).tell_what_is_due()

    attempt = running.rows("SELECT * FROM webhook_attempt")[0]
    assert attempt["milliseconds"] < 5_000
    assert attempt["status"] is None


def test_an_answer_is_kept_in_short_and_without_the_secret(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda *_: 500, says=f"no:\n\x00 {SECRET} " + "x" * 3_000) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        tell(running)

    answer = running.rows("SELECT answer FROM webhook_attempt")[0]["answer"]
    assert answer.startswith("no: (secret) xxx")
    assert len(answer) == 500


def test_a_name_that_leads_within_is_not_called(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, f"https://example.gov:{it.port}/hook")
        running.start("permit")
        messenger = a_messenger(running.runtime)
        messenger.sender = Sender(InnerHosts(), look=lambda *_: ["127.0.0.1"])
        messenger.tell_what_is_due()

    assert it.came == []
    assert "not public" in running.rows("SELECT error FROM webhook_attempt")[0]["error"]
