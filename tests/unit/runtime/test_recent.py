"""What was made once is not made again while it is used, and memory stays bounded."""

from __future__ import annotations

from engine.runtime.recent import Recent
from tests.builders.threads import at_once


def test_a_thing_is_made_once() -> None:
    made: list[int] = []
    recent: Recent[str, int] = Recent(2)
    for _ in range(3):
        assert recent.get("a", lambda: made.append(1) or 7) == 7
    assert made == [1]


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    recent: Recent[str, str] = Recent(2)
    for key in ("a", "b", "a", "c"):
        recent.get(key, lambda k=key: k)
    assert len(recent) == 2
    assert recent.get("a", lambda: "made again") == "a"
    assert recent.get("b", lambda: "made again") == "made again"


def test_all_threads_get_the_same_thing() -> None:
    recent: Recent[str, object] = Recent(2)
    found = at_once(8, lambda _: recent.get("a", object))
    assert len(set(map(id, found))) == 1


def test_what_cannot_be_made_is_not_kept() -> None:
    recent: Recent[str, float] = Recent(2)
    for _ in range(2):
        try:
            recent.get("a", lambda: 1 / 0)
        except ZeroDivisionError:
            continue
        raise AssertionError("it was made")
    assert len(recent) == 0
