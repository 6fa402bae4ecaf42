"""What telling and looking cost: few statements, by an index, however many events were told before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.identity import new_key
from engine.store.queries import webhooks as queries
from engine.store.repositories.webhooks import Webhooks
from tests.builders.a_runtime import MONDAY, Running
from tests.builders.a_subscriber import subscribe_to, tell, two_tasks
from tests.builders.an_actor import an_actor
from tests.builders.databases import ON_SQLITE
from tests.builders.statements import plan_of, statements_of

OPERATOR = an_actor(operator=True)


@pytest.fixture
def subscription(running: Running) -> str:
    """A subscription with something that waits."""
    two_tasks(running)
    made = subscribe_to(running.runtime, "https://127.0.0.1:1/hook")
    running.start("permit")
    tell(running)
    return made.id


READS: list[Any] = [
    pytest.param(lambda on, _: queries.seconds_until_told(on, MONDAY), 1, id="whether there is anything to tell"),
    pytest.param(lambda on, _: queries.subscription_page(on, OPERATOR), 2, id="subscriptions"),
    pytest.param(lambda on, key: queries.subscription_detail(on, OPERATOR, key), 2, id="a subscription"),
    pytest.param(lambda on, key: queries.delivery_page(on, OPERATOR, key), 2, id="deliveries"),
    pytest.param(lambda on, key: Webhooks(on).first_waiting(key), 1, id="whose turn it is"),
]


@pytest.mark.parametrize(("read", "statements"), READS)
def test_number_of_statements(
    running: Running, subscription: str, read: Callable[[Connection, str], Any], statements: int
) -> None:
    with running.runtime.database.read() as reading, statements_of(reading) as seen:
        read(reading, subscription)

    assert len(seen) == statements


@pytest.mark.parametrize(("read", "statements"), READS)
@ON_SQLITE
def test_no_table_that_grows_is_read_through(
    running: Running, subscription: str, read: Callable[[Connection, str], Any], statements: int
) -> None:
    with running.runtime.database.read() as reading:
        with statements_of(reading) as seen:
            read(reading, subscription)
        plan = "\n".join(line for one in list(seen) for line in plan_of(reading, one))

    for table in ("event", "webhook_delivery", "webhook_attempt", "outbox"):
        assert f"SCAN {table}\n" not in f"{plan}\n", plan


@ON_SQLITE
def test_whose_turn_it_is_is_found_by_the_index_of_what_waits(running: Running, subscription: str) -> None:
    with running.runtime.database.read() as reading:
        with statements_of(reading) as seen:
            Webhooks(reading).first_waiting(subscription)
            queries.seconds_until_told(reading, MONDAY)
        plan = "\n".join(line for one in list(seen) for line in plan_of(reading, one))

    assert plan.count("ix_webhook_delivery_waiting") == 2, plan


@ON_SQLITE
def test_what_waits_and_what_is_dead_is_counted_by_the_indexes_of_such(running: Running, subscription: str) -> None:
    with running.runtime.database.read() as reading:
        with statements_of(reading) as seen:
            queries.subscription_detail(reading, OPERATOR, subscription)
        plan = "\n".join(line for one in list(seen) for line in plan_of(reading, one))

    assert "ix_webhook_delivery_waiting" in plan, plan
    assert "ix_webhook_delivery_dead" in plan, plan


def test_a_delivery_and_its_attempts_are_three_statements(running: Running, subscription: str) -> None:
    event = running.rows("SELECT event_id FROM webhook_delivery ORDER BY position")[0]["event_id"]

    with running.runtime.database.read() as reading, statements_of(reading) as seen:
        found = queries.delivery_detail(reading, OPERATOR, subscription, event)

    assert len(seen) == 3
    assert len(found.attempts_made) == 1


def test_an_unknown_subscription_is_not_found_by_who_may_see_all(running: Running) -> None:
    with running.runtime.database.read() as reading, pytest.raises(NotFound):
        queries.subscription_detail(reading, OPERATOR, new_key())
