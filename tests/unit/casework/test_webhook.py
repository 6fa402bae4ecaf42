"""Webhooks, pure: which events match, moves, pauses, and what follows from an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from engine.casework.event import Event, body_of, data_schema, envelope
from engine.casework.event_kinds import KINDS, OF_ACTION, PatternUnknown, check_patterns, matches
from engine.casework.webhook import (
    DELIVERY_MOVES,
    SUBSCRIPTION_MOVES,
    Attempt,
    Delivery,
    DeliveryMoveRefused,
    DeliveryState,
    Subscription,
    SubscriptionMoveRefused,
    SubscriptionState,
    after,
    pause,
)
from engine.errors import NotFound
from tests.builders.a_subscriber import a_subscription
from tests.builders.an_actor import an_actor

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def an_event(**said: object) -> Event:
    values = {"id": "e1", "position": 7, "type": "onewindow.case.decided", "at": NOW, "subject": "c1"}
    return Event(**(values | said))


def a_delivery(**said: object) -> Delivery:
    values = {"subscription_id": "s1", "position": 7, "event_id": "e1", "attempts": 1, "tries": 1, "created_at": NOW}
    return Delivery(**(values | said))


def an_attempt(**said: object) -> Attempt:
    values = {"subscription_id": "s1", "position": 7, "number": 1, "at": NOW, "milliseconds": 5}
    return Attempt(**(values | said))


def ended(subscription: Subscription, delivery: Delivery, **said: object) -> tuple[Subscription, Delivery]:
    return after(subscription, delivery, an_attempt(**said), most_tries=3, chance=0.5)


@pytest.mark.parametrize(
    ("pattern", "type", "does"),
    [
        ("*", "onewindow.case.decided", True),
        ("onewindow.*", "onewindow.case.decided", True),
        ("onewindow.case.*", "onewindow.case.decided", True),
        ("onewindow.case.decided", "onewindow.case.decided", True),
        ("onewindow.task.*", "onewindow.case.decided", False),
        ("onewindow.case.*", "onewindow.cases.decided", False),
        # a test is for the subscription that asked for it
        ("*", "onewindow.test", False),
    ],
)
def test_a_pattern_matches_its_types(pattern: str, type: str, does: bool) -> None:
    assert matches([pattern], type) is does


@pytest.mark.parametrize(
    ("pattern", "nearest"),
    [
        ("case.decided", "onewindow.case.decided"),
        ("onewindow.case.decide", "onewindow.case.decided"),
        ("onewindow.payments.*", "onewindow.payment.*"),
        ("onewindow.c*", ""),
        ("", ""),
        ("onewindow.test", ""),
        ("onewindow.case..decided", ""),
    ],
)
def test_a_pattern_without_events_is_refused_with_the_nearest(pattern: str, nearest: str) -> None:
    with pytest.raises(PatternUnknown) as refused:
        check_patterns(["*", pattern])

    assert refused.value.places[0].path == "/types/1"
    assert nearest in refused.value.places[0].message


def test_no_pattern_and_too_many_are_refused() -> None:
    with pytest.raises(PatternUnknown):
        check_patterns([])
    assert check_patterns(["*"] * 60) == ("*",)


def test_the_envelope_is_cloudevents_1_0() -> None:
    event = an_event(case_number="AZ-2026-000123-7", agency="city", carried={"outcome": "granted"})

    made = envelope(event, "https://services.example.gov/api/v1")

    assert made == {
        "specversion": "1.0",
        "id": "e1",
        "source": "https://services.example.gov/api/v1",
        "type": "onewindow.case.decided",
        "subject": "c1",
        "time": "2026-03-02T05:30:00.000000Z",
        "datacontenttype": "application/json",
        "dataschema": "https://services.example.gov/api/v1/events/case.decided",
        "data": {
            "case_id": None,
            "case_number": "AZ-2026-000123-7",
            "instance_id": None,
            "agency": "city",
            "service": None,
            "outcome": "granted",
        },
    }
    assert body_of(event, "x") == body_of(an_event(case_number="AZ-2026-000123-7", agency="city",
                                                   carried={"outcome": "granted"}), "x")  # fmt: skip


def test_an_event_carries_nothing_that_its_schema_does_not_name() -> None:
    kind = OF_ACTION["case.decided"]

    carried = kind.carried({"outcome": "granted", "name": "Rəşad", "pin": "5FQ2K7M"})

    assert carried == {"outcome": "granted"}
    assert set(carried) <= set(data_schema(kind)["properties"])


def test_an_act_of_the_journal_is_one_event_at_most() -> None:
    actions = [action for kind in KINDS.values() for action in kind.actions]

    assert len(actions) == len(set(actions)) == len(OF_ACTION)


@pytest.mark.parametrize(("agency", "service"), [(None, None), ("city", None), (None, "permit"), ("city", "permit")])
def test_a_subscription_wants_what_its_filters_let_through(agency: str | None, service: str | None) -> None:
    subscription = a_subscription("https://x.example", NOW, agency=agency, service=service)

    assert subscription.wants(an_event(agency="city", service="permit"))
    assert subscription.wants(an_event(agency="village", service="licence")) is (agency is service is None)


def test_only_operators_and_supervisors_of_the_agency_see_a_subscription() -> None:
    of_city, of_all = (a_subscription("https://x.example", NOW, agency=agency) for agency in ("city", None))

    for seen in (of_city, of_all):
        seen.require_seen_by(an_actor(operator=True))
    of_city.require_seen_by(an_actor(supervises=frozenset({"city"})))
    for other in (of_all, replace(of_city, agency="village")):
        with pytest.raises(NotFound):
            other.require_seen_by(an_actor(supervises=frozenset({"city"})))


@pytest.mark.parametrize(("before", "now"), list(product(SubscriptionState, repeat=2)))
def test_a_subscription_moves_by_its_table(before: SubscriptionState, now: SubscriptionState) -> None:
    subscription = a_subscription("https://x.example", NOW, state=before)

    if before is now or now in SUBSCRIPTION_MOVES[before]:
        assert subscription.moved_to(now).state is now
    else:
        with pytest.raises(SubscriptionMoveRefused):
            subscription.moved_to(now)


@pytest.mark.parametrize(("before", "now"), list(product(DeliveryState, repeat=2)))
def test_a_delivery_moves_by_its_table(before: DeliveryState, now: DeliveryState) -> None:
    if now in DELIVERY_MOVES[before]:
        assert a_delivery(state=before).moved_to(now, NOW).state is now
    else:
        with pytest.raises(DeliveryMoveRefused):
            a_delivery(state=before).moved_to(now, NOW)


@pytest.mark.parametrize(
    ("tries", "chance", "seconds"),
    [(1, 0.0, 4), (1, 0.5, 5), (2, 0.5, 30), (3, 1.0, 144), (10, 0.5, 28_800), (50, 0.5, 28_800)],
)
def test_pauses_grow_and_are_spread_by_a_fifth(tries: int, chance: float, seconds: float) -> None:
    assert pause(tries, chance, an_attempt(error="no")).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(1, 5), (600, 600), (1_000_000, 3_600)])
def test_who_asks_to_be_left_alone_is_left_alone_for_an_hour_at_most(asked: int, seconds: int) -> None:
    assert pause(1, 0.5, an_attempt(error="later", retry_after_seconds=asked)).total_seconds() == seconds


def test_a_taken_event_is_delivered_and_wipes_the_failures_off() -> None:
    troubled = a_subscription("https://x.example", NOW, failures=4, dead_in_a_row=2)

    subscription, delivery = ended(troubled, a_delivery(), status=204)

    assert delivery.state is DeliveryState.delivered
    assert (subscription.failures, subscription.dead_in_a_row, subscription.available_at) == (0, 0, NOW)


def test_a_failed_try_waits_with_all_that_stands_behind_it() -> None:
    subscription, delivery = ended(a_subscription("https://x.example", NOW), a_delivery(), status=500, error="no")

    assert (delivery.state, delivery.status, delivery.error) == (DeliveryState.waiting, 500, "no")
    assert subscription.available_at == NOW + timedelta(seconds=5)


def test_the_last_try_that_fails_makes_it_dead_and_the_next_one_is_due_at_once() -> None:
    subscription, delivery = ended(a_subscription("https://x.example", NOW), a_delivery(tries=3), error="no")

    assert (delivery.state, delivery.ended_at) == (DeliveryState.dead, NOW)
    assert (subscription.state, subscription.available_at) == (SubscriptionState.active, NOW)


def test_three_dead_in_a_row_suspend_the_subscription() -> None:
    troubled = a_subscription("https://x.example", NOW, dead_in_a_row=2)

    subscription, _ = ended(troubled, a_delivery(tries=3), error="no")

    assert subscription.state is SubscriptionState.suspended
    assert "3 events in a row" in subscription.reason


def test_what_is_useless_to_go_on_with_is_suspended_and_its_event_waits() -> None:
    subscription, delivery = ended(
        a_subscription("https://x.example", NOW), a_delivery(), status=410, error="gone", suspends="gone"
    )

    assert (subscription.state, subscription.reason) == (SubscriptionState.suspended, "gone")
    assert delivery.state is DeliveryState.waiting


def test_a_former_secret_signs_until_its_overlap_is_over() -> None:
    rotated = a_subscription("https://x.example", NOW, secret="old").rotated("new", NOW, timedelta(hours=1))

    assert rotated.signing_secrets(NOW) == ("new", "old")
    assert rotated.signing_secrets(NOW + timedelta(hours=1)) == ("new",)
    assert rotated.rotated("newer", NOW, timedelta()).signing_secrets(NOW) == ("newer",)


def test_resuming_starts_from_a_clean_sheet() -> None:
    suspended = a_subscription(
        "https://x.example",
        NOW + timedelta(hours=8),
        state=SubscriptionState.suspended,
        failures=30,
        dead_in_a_row=3,
        reason="no",
    )

    resumed = suspended.resumed(NOW)

    assert (resumed.state, resumed.reason, resumed.failures, resumed.dead_in_a_row) == (
        SubscriptionState.active, "", 0, 0,
    )  # fmt: skip
    assert resumed.available_at == NOW
