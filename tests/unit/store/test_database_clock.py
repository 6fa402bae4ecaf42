"""The database's clock counts on by ticks between looks, and outlives a database that is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from engine.clock import FrozenClock, SystemClock
from engine.store.database_clock import LOOK_AGAIN, LOOK_EVERY, DatabaseClock, clock_of, ticks

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WRONG = FrozenClock(NOON - timedelta(hours=1))


class Told:
    """What the database says, when it says something, and what the machine has ticked."""

    def __init__(self) -> None:
        self.at: datetime | None = NOON
        self.ticked = 1_000.0
        self.looks = 0
        self.clock = DatabaseClock(self.look, ticks=lambda: self.ticked, own=WRONG)

    def look(self) -> datetime:
        self.looks += 1
        if self.at is None:
            raise psycopg.OperationalError("away")
        return self.at


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_machines_own_clock_does_not_matter(told: Told) -> None:
    assert told.clock.now() == NOON


def test_between_looks_it_counts_on_by_ticks(told: Told) -> None:
    told.clock.now()
    told.ticked += LOOK_EVERY - 1
    told.at = None

    assert told.clock.now() == NOON + timedelta(seconds=LOOK_EVERY - 1)
    assert told.looks == 1


def test_once_a_minute_it_looks_again(told: Told) -> None:
    told.clock.now()
    told.ticked += LOOK_EVERY
    told.at = NOON + timedelta(seconds=LOOK_EVERY + 0.25)

    assert told.clock.now() == told.at
    assert told.looks == 2


def test_without_an_answer_it_goes_on_and_looks_again_soon(told: Told) -> None:
    told.clock.now()
    told.ticked += LOOK_EVERY
    told.at = None
    assert told.clock.now() == NOON + timedelta(seconds=LOOK_EVERY)
    told.clock.now()
    assert told.looks == 2

    told.ticked += LOOK_AGAIN
    told.at = NOON + timedelta(hours=2)
    assert told.clock.now() == told.at


def test_before_the_first_answer_the_machines_own_is_told(told: Told) -> None:
    told.at = None

    assert told.clock.now() == WRONG.now()


def test_the_clock_of_a_file_is_the_machines() -> None:
    assert isinstance(clock_of("sqlite:////tmp/x.db"), SystemClock)


def test_ticks_go_forward() -> None:
    assert ticks() <= ticks()
