"""Events reach their subscribers: written with the act, told in order, signed, tried again, dead, told anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.casework.event import data_schema
from engine.casework.event_kinds import KINDS
from engine.casework.webhook import DeliveryOvertaken, SubscriptionState
from engine.runtime.make_events import make_events
from engine.runtime.tell_subscribers import take_turns
from tests.builders.a_runtime import MONDAY, Running
from tests.builders.a_subscriber import (
    SECRET,
    SOURCE,
    a_messenger,
    a_subscriber,
    deliveries,
    later,
    subscribe_to,
    tell,
    two_tasks,
)

LEASE = timedelta(seconds=60)


def the_subscription(running: Running) -> Any:
    return running.rows("SELECT * FROM webhook_subscription")[0]


def test_without_a_subscriber_nothing_is_kept(running: Running) -> None:
    two_tasks(running)
    running.complete(running.start("permit"), "check")

    assert tell(running) == 0
    assert [running.count(table) for table in ("outbox", "event", "webhook_delivery")] == [0, 0, 0]


def test_a_process_is_told_in_the_order_in_which_it_happened(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)
        permit = running.start("permit")
        running.complete(permit, "check")
        running.complete(permit, "decide")

        tell(running)

    assert it.types == [
        "instance.started", "task.created", "task.completed", "task.created", "task.completed", "instance.completed",
    ]  # fmt: skip
    assert {event["data"]["instance_id"] for event in it.taken} == {permit}
    assert [one["element"] for one in (event["data"] for event in it.taken) if "element" in one] == [
        "check", "check", "decide", "decide",
    ]  # fmt: skip


def test_what_is_sent_is_signed_cloudevents_in_structured_json(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url, types=("onewindow.task.*",))
        running.start("permit")
        tell(running)

    came, event = it.came[0], it.taken[0]
    assert came.is_signed_with(SECRET)
    assert came.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert came.headers["webhook-timestamp"] == str(int(MONDAY.timestamp()))
    assert came.id == event["id"]
    assert (event["specversion"], event["source"], event["type"]) == ("1.0", SOURCE, "onewindow.task.created")
    assert event["dataschema"] == f"{SOURCE}/events/task.created"
    Draft202012Validator(data_schema(KINDS["task.created"])).validate(event["data"])


def test_an_act_that_is_rolled_back_is_told_to_nobody(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)

        def fail(*_: object) -> None:
            raise RuntimeError("lost before the commit")

        broken = replace(running, runtime=running.runtime.recording(fail))
        with pytest.raises(RuntimeError):
            broken.start("permit")
        tell(running)

    assert it.came == []
    assert running.count("outbox") == 0


def test_a_subscriber_is_told_what_it_asked_for_only(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url, types=("onewindow.instance.*",))
        subscribe_to(running.runtime, it.url, agency="village")
        running.complete(running.start("permit"), "check")
        tell(running)

    assert it.types == ["instance.started"]


def test_a_failed_try_holds_back_what_stands_behind_it_and_is_repeated_under_the_same_id(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda _, number: 500 if number <= 2 else 204) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        tell(running)
        later(running.runtime, seconds=4.9)
        tell(running)
        before = len(it.came)
        later(running.runtime, seconds=0.1)
        tell(running)
        later(running.runtime, seconds=30)
        tell(running)

    assert before == 1
    assert [one.status for one in it.came] == [500, 500, 204, 204]
    assert len({one.id for one in it.came[:3]}) == 1
    assert len({one.body for one in it.came[:3]}) == 1
    assert [one.headers["webhook-timestamp"] for one in it.came[:3]] == [
        str(int(MONDAY.timestamp()) + seconds) for seconds in (0, 5, 35)
    ]
    assert it.types == ["instance.started", "task.created"]
    assert deliveries(running) == [("delivered", 3), ("delivered", 1)]


def test_one_subscriber_that_fails_holds_no_other_one_back(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda *_: 503) as bad, a_subscriber() as good:
        subscribe_to(running.runtime, bad.url)
        subscribe_to(running.runtime, good.url)
        running.start("permit")
        tell(running)

    assert (len(bad.came), len(good.taken)) == (1, 2)


def test_a_subscriber_that_asks_for_time_gets_it(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda _, number: 429 if number == 1 else 204, headers={"Retry-After": "120"}) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        tell(running)
        later(running.runtime, seconds=119)
        tell(running)
        early = len(it.came)
        later(running.runtime, seconds=1)
        tell(running)

    assert early == 1
    assert len(it.taken) == 2


def test_when_its_tries_are_spent_an_event_is_dead_and_the_next_one_has_its_turn(running: Running) -> None:
    two_tasks(running)
    few = replace(running.runtime, webhooks=replace(running.runtime.webhooks, most_tries=2))

    def poison(event: dict[str, Any], _number: int) -> int:
        return 400 if event["type"] == "onewindow.instance.started" else 204

    with a_subscriber(answers=poison) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        a_messenger(few).tell_what_is_due()
        later(running.runtime, seconds=5)
        a_messenger(few).tell_what_is_due()

    assert deliveries(running) == [("dead", 2), ("delivered", 1)]
    assert it.types == ["task.created"]
    assert running.acts("webhooks") == ["webhook.dead"]
    assert the_subscription(running)["dead_in_a_row"] == 0


def test_three_dead_in_a_row_suspend_a_subscription_and_what_waits_is_kept(running: Running) -> None:
    two_tasks(running)
    once = replace(running.runtime, webhooks=replace(running.runtime.webhooks, most_tries=1))
    with a_subscriber(answers=lambda *_: 500) as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        running.start("permit")
        a_messenger(once).tell_what_is_due()
        later(running.runtime, days=3)
        a_messenger(once).tell_what_is_due()

    assert [state for state, _ in deliveries(running)] == ["dead", "dead", "dead", "waiting"]
    assert the_subscription(running)["state"] == "suspended"
    assert len(it.came) == 3


def test_410_suspends_at_once_and_after_resuming_nothing_is_missing(running: Running) -> None:
    two_tasks(running)
    with a_subscriber(answers=lambda _, number: 410 if number == 1 else 204) as it:
        made = subscribe_to(running.runtime, it.url)
        running.start("permit")
        tell(running)
        suspended = the_subscription(running)["state"]
        with running.runtime.database.work() as work:
            work.webhooks.save(work.webhooks.lock(made.id).resumed(running.clock.now()))
        tell(running)

    assert suspended == "suspended"
    assert it.types == ["instance.started", "task.created"]


def test_a_paused_subscriber_gets_all_of_it_later(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        made = subscribe_to(running.runtime, it.url, state=SubscriptionState.paused)
        running.start("permit")
        tell(running)
        meanwhile = len(it.came)
        with running.runtime.database.work() as work:
            work.webhooks.save(work.webhooks.lock(made.id).resumed(running.clock.now()))
        tell(running)

    assert meanwhile == 0
    assert it.types == ["instance.started", "task.created"]


def test_during_a_rotation_both_secrets_verify(running: Running) -> None:
    two_tasks(running)
    former = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    with a_subscriber() as it:
        until = running.clock.now() + timedelta(hours=1)
        subscribe_to(running.runtime, it.url, former_secret=former, former_until=until)
        running.start("permit")
        tell(running)
        later(running.runtime, hours=1)
        running.start("permit")
        tell(running)

    assert [(one.is_signed_with(SECRET), one.is_signed_with(former)) for one in it.came] == [
        (True, True), (True, True), (True, False), (True, False),
    ]  # fmt: skip


def test_one_event_at_a_time_goes_to_a_subscriber(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        make_events(running.runtime)

        taken = take_turns(running.runtime, "worker-1", LEASE, 10)

        assert [turn.event.type for turn in taken] == ["onewindow.instance.started"]
        assert take_turns(running.runtime, "worker-2", LEASE, 10) == []


def test_a_worker_that_died_is_taken_over_and_its_late_result_refused(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        make_events(running.runtime)
        turn = take_turns(running.runtime, "worker-1", LEASE, 10)[0]
        later(running.runtime, seconds=61)

        a_messenger(running.runtime, "worker-2").tell_what_is_due()

        assert it.types == ["instance.started", "task.created"]
        messenger = a_messenger(running.runtime)
        with pytest.raises(DeliveryOvertaken):
            messenger._call(turn, goes_on=False)


def test_an_event_that_kills_every_worker_is_dead_after_its_tries(running: Running) -> None:
    two_tasks(running)
    few = replace(running.runtime, webhooks=replace(running.runtime.webhooks, most_tries=2))
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)
        running.start("permit")
        make_events(few)
        for _ in range(2):
            assert take_turns(few, "worker-1", LEASE, 10)
            later(few, seconds=61)

        a_messenger(few).tell_what_is_due()

    assert it.types == ["task.created"]
    assert "died" in running.rows("SELECT error FROM webhook_delivery ORDER BY position")[0]["error"]


def test_a_subscription_that_is_gone_refuses_the_result(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        made = subscribe_to(running.runtime, it.url)
        running.start("permit")
        make_events(running.runtime)
        turn = take_turns(running.runtime, "worker-1", LEASE, 10)[0]
        with running.runtime.database.work() as work:
            work.webhooks.remove(work.webhooks.lock(made.id).id)

        with pytest.raises(DeliveryOvertaken):
            a_messenger(running.runtime)._call(turn, goes_on=False)

    assert running.count("webhook_delivery") == 0


def test_old_events_are_forgotten_delivered_or_not(running: Running) -> None:
    two_tasks(running)
    subscribe_to(running.runtime, "https://away.example/hook", state=SubscriptionState.paused)
    running.start("permit")
    make_events(running.runtime)
    later(running.runtime, days=31)
    running.start("permit")
    make_events(running.runtime)

    with running.runtime.database.work() as work:
        gone = work.webhooks.forget(running.clock.now() - timedelta(days=30))

    assert gone == 2
    assert [running.count(table) for table in ("event", "webhook_delivery")] == [2, 2]


def test_no_event_carries_what_a_person_wrote(running: Running) -> None:
    two_tasks(running)
    with a_subscriber() as it:
        subscribe_to(running.runtime, it.url)
        permit = running.start("permit", name="planted-marker")
        running.complete(permit, "check", note="planted-marker")
        tell(running)

    assert len(it.taken) == 4
    assert "planted-marker" not in json.dumps([one.event for one in it.came])
