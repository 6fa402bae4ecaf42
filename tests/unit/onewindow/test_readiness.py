"""Readiness: what is wrong is named, an answer serves for a moment, and a check that hangs is a fault."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from onewindow.readiness import Readiness, free_bytes
from tests.builders.threads import at_once


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def counted(found: list[str | None]) -> tuple[Callable[[], str | None], list[int]]:
    """A check that answers with these one after the other, and how often it was asked."""
    asked: list[int] = []

    def check() -> str | None:
        asked.append(1)
        return found[min(len(asked), len(found)) - 1]

    return check, asked


def test_every_fault_is_told_by_its_name() -> None:
    ready = Readiness({"database": lambda: "away", "disk": lambda: None, "storage": lambda: "full"})

    assert ready() == {"database": "away", "storage": "full"}


def test_an_answer_serves_for_a_moment_and_is_then_found_out_again() -> None:
    clock = Clock()
    check, asked = counted([None, "away", None])
    ready = Readiness({"database": check}, serves=1.5, monotonic=clock)

    answers = []
    for clock.seconds in (0.0, 1.0, 1.4, 1.5, 2.9, 3.0):
        answers.append(dict(ready()))

    assert answers == [{}, {}, {}, {"database": "away"}, {"database": "away"}, {}]
    assert len(asked) == 3


def test_many_who_ask_at_once_ask_the_database_once() -> None:
    check, asked = counted([None])
    ready = Readiness({"database": check}, serves=60)

    at_once(8, lambda _: ready())

    assert len(asked) == 1


def test_a_check_that_hangs_is_a_fault_and_holds_up_nobody() -> None:
    entered, hangs = threading.Event(), threading.Event()

    def hanging() -> str | None:
        entered.set()
        hangs.wait(10)
        return None

    ready = Readiness({"storage": hanging}, patience=0.01)
    first = threading.Thread(target=ready)
    first.start()
    entered.wait(10)

    while_it_hangs = ready()

    hangs.set()
    first.join()
    assert while_it_hangs == {"checks": "they take longer than 0.01 s"}
    assert ready() == {}


@pytest.mark.parametrize("name", ["", "not/made/yet"], ids=["a folder", "a folder to be made"])
def test_room_is_told_for_a_folder_that_is_made_later_too(tmp_path: Path, name: str) -> None:
    assert free_bytes(tmp_path / name) > 0
