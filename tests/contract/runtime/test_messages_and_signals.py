"""Messages find one receiver by name and whole key, or are kept; signals reach all who wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Forbidden, Invalid
from engine.feel.plain import from_json
from engine.runtime import spread
from engine.runtime.broadcast_signal import broadcast_signal
from engine.runtime.publish_message import (
    AmbiguousMessage,
    MessageOutcome,
    MessageRepeated,
    NoReceiver,
    PublishedMessage,
    publish_message,
)
from engine.runtime.variables import BadVariables
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running
from tests.builders.an_actor import a_citizen


def publish(running: Running, key: str, ttl: int = 0, id: str | None = None, **variables: object) -> PublishedMessage:
    """Publish the message `paid`."""
    told = from_json(dict(variables))
    return publish_message(running.runtime, "paid", key, told, by=OFFICIAL, ttl_seconds=ttl, message_id=id)


def a_waiting_process(id: str = "fee") -> Drawing:
    """Waits for `paid` with the invoice as its key."""
    return a_process(id).start().catch("paid", message="paid", key="=invoice").user_task("issue", queue=QUEUE).end()


def test_a_message_is_taken_by_who_waits_for_its_key(running: Running) -> None:
    running.deploy(a_waiting_process())
    first, second = running.start("fee", invoice="A-1"), running.start("fee", invoice="A-2")
    assert publish(running, "A-2", amount=25).instance_id == second
    assert running.variables(second)["amount"] == 25
    assert [task.element_id for task in running.tasks(second)] == ["issue"]
    assert running.tasks(first) == []


def test_a_key_that_is_a_number_fits_its_text(running: Running) -> None:
    running.deploy(a_waiting_process())
    instance = running.start("fee", invoice=17)
    assert publish(running, "17").instance_id == instance


def test_a_message_nobody_waits_for_is_refused_and_changes_nothing(running: Running) -> None:
    running.deploy(a_waiting_process())
    running.start("fee", invoice="A-1")
    for key in ("A-3", ""):
        with pytest.raises(NoReceiver):
            publish(running, key)
    assert running.count("buffered_message") == 0


def test_an_instance_without_its_key_takes_nobodys_message(running: Running) -> None:
    running.deploy(a_waiting_process())
    instance = running.start("fee")
    assert [incident["element_id"] for incident in running.incidents(instance)] == ["paid"]
    with pytest.raises(NoReceiver):
        publish(running, "null")


def test_a_message_that_comes_first_is_kept_for_its_time_to_live(running: Running) -> None:
    running.deploy(a_waiting_process())
    assert publish(running, "A-1", ttl=60, amount=25).outcome is MessageOutcome.buffered
    instance = running.start("fee", invoice="A-1")
    assert running.variables(instance)["amount"] == 25
    # once only
    late = running.start("fee", invoice="A-1")
    assert running.tasks(late) == []


def test_a_message_kept_too_long_is_not_delivered(running: Running) -> None:
    running.deploy(a_waiting_process())
    publish(running, "A-1", ttl=60)
    running.clock.advance(timedelta(seconds=61))
    assert running.tasks(running.start("fee", invoice="A-1")) == []


def test_messages_kept_in_a_row_are_taken_in_their_order(running: Running) -> None:
    process = a_process("twice").start().catch("one", message="paid", key="=invoice", outputs={"first": "=amount"})
    process.catch("two", message="paid", key="=invoice", outputs={"second": "=amount"})
    running.deploy(process.user_task("issue", queue=QUEUE).end())
    publish(running, "A-1", ttl=60, amount=1)
    publish(running, "A-1", ttl=60, amount=2)
    instance = running.start("twice", invoice="A-1")
    told = running.variables(instance)
    assert (told["first"], told["second"]) == (1, 2)


def test_two_who_wait_for_one_message_get_none(running: Running) -> None:
    running.deploy(a_waiting_process())
    instances = [running.start("fee", invoice="A-1") for _ in range(2)]
    with pytest.raises(AmbiguousMessage):
        publish(running, "A-1")
    assert [running.tasks(instance) for instance in instances] == [[], []]


@pytest.mark.parametrize("ttl", [0, 60], ids=["delivered", "kept"])
def test_a_message_with_an_id_is_taken_once(running: Running, ttl: int) -> None:
    running.deploy(a_waiting_process())
    if not ttl:
        running.start("fee", invoice="A-1")
    publish(running, "A-1", ttl=ttl, id="payment-1")
    running.start("fee", invoice="A-1")
    with pytest.raises(MessageRepeated):
        publish(running, "A-1", ttl=ttl, id="payment-1")


def test_a_message_starts_the_newest_version_of_a_process(running: Running) -> None:
    for name in ("first", "second"):
        running.deploy(a_process("fee").start(message="paid").user_task(name, queue=QUEUE).end())
    published = publish(running, "any", amount=25)
    assert published.outcome is MessageOutcome.started
    assert published.instance_id is not None
    assert [task.element_id for task in running.tasks(published.instance_id)] == ["second"]


@pytest.mark.parametrize(
    ("name", "key", "ttl"), [("", "k", 0), ("n" * 256, "k", 0), ("n", "k" * 256, 0), ("n", "k", -1), ("n", "k", 10**9)]
)
def test_a_message_out_of_bounds_is_refused(running: Running, name: str, key: str, ttl: int) -> None:
    with pytest.raises(Invalid):
        publish_message(running.runtime, name, key, {}, by=OFFICIAL, ttl_seconds=ttl)


def test_a_message_cannot_set_the_engines_variables(running: Running) -> None:
    with pytest.raises(BadVariables):
        publish(running, "A-1", ttl=60, case={"number": "forged"})


def test_citizens_publish_nothing(running: Running) -> None:
    with pytest.raises(Forbidden):
        publish_message(running.runtime, "paid", "A-1", {}, by=a_citizen(), ttl_seconds=60)
    with pytest.raises(Forbidden):
        broadcast_signal(running.runtime, "closed", {}, by=a_citizen())


def test_a_message_a_model_throws_reaches_another_instance(running: Running) -> None:
    running.deploy(a_waiting_process(), a_process("pays").start().throw("pay", message="paid", key='="A-1"').end())
    instance = running.start("fee", invoice="A-1")
    running.start("pays")
    running.work_off()
    assert [task.element_id for task in running.tasks(instance)] == ["issue"]


def a_listener(id: str = "listener") -> Drawing:
    """Waits for the signal `closed`."""
    return a_process(id).start().catch("closed", signal="closed").user_task("tidy", queue=QUEUE).end()


def test_a_signal_reaches_all_who_wait_and_starts_what_it_starts(running: Running) -> None:
    running.deploy(a_listener(), a_process("starter").start(signal="closed").user_task("note", queue=QUEUE).end())
    instances = [running.start("listener") for _ in range(3)]
    broadcast_signal(running.runtime, "closed", {"why": "flood"}, by=OFFICIAL)
    running.work_off()
    assert [running.variables(instance)["why"] for instance in instances] == ["flood"] * 3
    started = running.rows("SELECT id FROM instance WHERE process_id = 'starter'")
    assert len(started) == 1
    assert running.variables(started[0]["id"])["why"] == "flood"


def test_a_signal_is_spread_page_by_page(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "PAGE", 2)
    running.deploy(a_listener())
    instances = [running.start("listener") for _ in range(5)]
    broadcast_signal(running.runtime, "closed", {}, by=OFFICIAL)
    running.work_off()
    assert all(running.tasks(instance) for instance in instances)


def test_a_signal_nobody_waits_for_is_no_fault(running: Running) -> None:
    broadcast_signal(running.runtime, "closed", {}, by=OFFICIAL)
    assert running.work_off() == 1
    assert running.count("incident") == 0


def test_a_signal_a_model_throws_reaches_the_others_once(running: Running) -> None:
    running.deploy(a_listener(), a_process("closes").start().throw("close", signal="closed").end())
    instance = running.start("listener")
    running.start("closes")
    running.work_off()
    assert running.history(instance).count("closed:c") == 1
