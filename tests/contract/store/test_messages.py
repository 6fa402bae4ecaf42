"""Messages reach who waits for them once, however the two come together; signals reach all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.identity import new_key
from engine.store.database import Database
from engine.store.faults import AlreadyExists
from engine.store.records import BufferedMessageRecord
from tests.builders.a_task import NOW
from tests.builders.threads import at_once

LATER = NOW + timedelta(hours=1)


def a_message(**said: Any) -> BufferedMessageRecord:
    values: dict[str, Any] = {
        "id": new_key(), "name": "paid", "correlation_key": "AZ-1", "message_id": None,
        "variables": {"amount": Decimal("12.50")}, "expires_at": LATER, "created_at": NOW,
    }  # fmt: skip
    return BufferedMessageRecord(**{**values, **said})


def buffered(database: Database, *messages: BufferedMessageRecord) -> None:
    with database.work() as work:
        for message in messages:
            work.messages.buffer(message)


def taken(database: Database, name: str = "paid", key: str = "AZ-1") -> BufferedMessageRecord | None:
    with database.work() as work:
        return work.messages.take_buffered(name, key, NOW)


def test_who_waits_for_a_message_is_found_by_name_and_key(database: Database) -> None:
    with database.work() as work:
        work.messages.await_messages("b", [(1, "paid", "AZ-1"), (2, "paid", "AZ-2"), (3, "withdrawal", "AZ-1")])
        work.messages.await_messages("a", [(9, "paid", "AZ-1")])
        work.messages.await_messages("a", [])

        assert work.messages.waiting("paid", "AZ-1") == [("a", 9), ("b", 1)]
        assert work.messages.waiting("paid", "AZ-1", at_most=1) == [("a", 9)]
        assert work.messages.waiting("paid", "AZ-3") == []


def test_wait_that_is_closed_is_not_found(database: Database) -> None:
    with database.work() as work:
        work.messages.await_messages("a", [(1, "paid", "AZ-1"), (2, "paid", "AZ-1")])
        work.messages.close_messages("a", [1])
        work.messages.close_messages("a", [])

        assert work.messages.waiting("paid", "AZ-1") == [("a", 2)]
        assert [work.messages.is_awaited("a", wait) for wait in (1, 2)] == [False, True]


def test_instances_that_wait_for_a_signal_are_told_page_by_page(database: Database) -> None:
    with database.work() as work:
        work.messages.await_signals("b", [(1, "law-changed"), (2, "law-changed"), (3, "other")])
        work.messages.await_signals("a", [(1, "law-changed")])
        work.messages.await_signals("c", [(1, "law-changed")])
        work.messages.close_signals("c", [1])
        work.messages.await_signals("c", [])
        work.messages.close_signals("c", [])

        assert work.messages.instances_awaiting_signal("law-changed") == ["a", "b"]
        assert work.messages.instances_awaiting_signal("law-changed", at_most=1) == ["a"]
        assert work.messages.instances_awaiting_signal("law-changed", after="a") == ["b"]


def test_message_kept_for_later_is_taken_once(database: Database) -> None:
    message = a_message()
    buffered(database, message, a_message(correlation_key="AZ-2"), a_message(name="other"))

    assert [taken(database), taken(database)] == [message, None]


def test_oldest_message_is_taken_first(database: Database) -> None:
    first, second = a_message(id=new_key(1)), a_message(id=new_key(2))
    buffered(database, second, first)

    assert [taken(database), taken(database)] == [first, second]


def test_message_whose_time_to_live_is_over_is_not_taken_and_is_forgotten(database: Database) -> None:
    over, live = a_message(expires_at=NOW), a_message(message_id="m-1")
    buffered(database, over, live)

    with database.work() as work:
        assert [work.messages.forget_expired(NOW), work.messages.forget_expired(NOW)] == [1, 0]

    assert taken(database) == live


def test_message_of_an_id_that_came_before_is_refused_also_after_it_was_taken(database: Database) -> None:
    message = a_message(message_id="m-1")
    buffered(database, message)
    taken(database)

    with database.work() as work:
        assert work.messages.was_published("paid", "AZ-1", "m-1")
        assert not work.messages.was_published("paid", "AZ-1", "m-2")
        assert not work.messages.was_published("paid", "AZ-2", "m-1")
    with pytest.raises(AlreadyExists):
        buffered(database, replace(message, id=new_key()))
    assert taken(database) is None


def test_message_that_somebody_got_at_once_is_kept_by_its_id_only(database: Database) -> None:
    with database.work() as work:
        work.messages.buffer(a_message(message_id="m-1", variables={}), is_taken=True)
        assert work.messages.was_published("paid", "AZ-1", "m-1")

    assert taken(database) is None


def test_eight_threads_take_each_message_once(database: Database) -> None:
    messages = [a_message() for _ in range(60)]
    buffered(database, *messages)

    def take_all(_: int) -> list[str]:
        found = []
        while message := taken(database):
            found.append(message.id)
        return found

    found = at_once(8, take_all)

    assert sorted(key for of_one in found for key in of_one) == sorted(message.id for message in messages)


def test_message_published_while_its_wait_opens_reaches_it(database: Database) -> None:
    """Either the publisher sees the wait, or the wait takes the message: never both, never neither."""

    def publish(key: str) -> bool:
        with database.work() as work:
            if work.messages.waiting("paid", key):
                return True
            work.messages.buffer(a_message(correlation_key=key))
            return False

    def wait(key: str) -> bool:
        with database.work() as work:
            if work.messages.take_buffered("paid", key, NOW):
                return True
            work.messages.await_messages(f"instance-{key}", [(1, "paid", key)])
            return False

    def both(one: int) -> list[bool]:
        return [(publish if one % 2 else wait)(f"{one // 2}-{turn}") for turn in range(15)]

    met = at_once(4, both)

    assert [
        [a, b] for of_wait, of_message in (met[:2], met[2:]) for a, b in zip(of_wait, of_message, strict=True) if a == b
    ] == []
