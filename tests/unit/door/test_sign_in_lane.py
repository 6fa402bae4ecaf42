"""The lane of sign-ins: one by one, few wait, the others are told at once; of one address not too many."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from door.sign_in_lane import BURST, PLACES, WAITING, Buckets, SignInLane


class Door:
    """An application that answers when it is let."""

    def __init__(self) -> None:
        self.entered, self.let = threading.Semaphore(0), threading.Event()
        self.most = self.within = 0

    def __call__(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        self.within += 1
        self.most = max(self.most, self.within)
        self.entered.release()
        assert self.let.wait(10)
        self.within -= 1
        start_response("201 CREATED", [])
        return [b"in"]


def _ask(lane: SignInLane, address: str = "192.0.2.1", path: str = "/api/v1/session", method: str = "POST") -> Any:
    told: list[Any] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "REMOTE_ADDR": address}
    body = b"".join(lane(environ, lambda status, headers: told.extend((status, dict(headers)))))  # type: ignore[arg-type,func-returns-value]
    return (*told, body)


def test_beyond_one_and_those_who_wait_everybody_is_told_to_come_back() -> None:
    door = Door()
    lane = SignInLane(door)
    told: list[Any] = []
    crowd = [
        threading.Thread(target=lambda number=number: told.append(_ask(lane, f"192.0.2.{number}")))
        for number in range(PLACES + WAITING)
    ]
    crowd[0].start()
    assert door.entered.acquire(timeout=10)
    for one in crowd[1:]:
        one.start()
    while lane._lane._value:  # type: ignore[attr-defined]
        threading.Event().wait(0.001)

    status, headers, body = _ask(lane, "192.0.2.200")
    door.let.set()
    for one in crowd:
        one.join()

    assert (status, headers["Retry-After"], json.loads(body)["status"]) == ("429 TOO MANY REQUESTS", "5", 429)
    assert int(headers["Content-Length"]) == len(body)
    assert [answer[0] for answer in told] == ["201 CREATED"] * (PLACES + WAITING)
    assert door.most == PLACES


@pytest.mark.parametrize(("path", "method"), [("/api/v1/session", "DELETE"), ("/api/v1/tasks", "POST")])
def test_all_else_passes_by(path: str, method: str) -> None:
    door = Door()
    door.let.set()
    lane = SignInLane(door, buckets=Buckets(clock=lambda: 0.0))

    assert {_ask(lane, path=path, method=method)[0] for _ in range(BURST * 2)} == {"201 CREATED"}


def test_an_address_has_a_burst_and_then_one_a_second_and_leaves_the_lane_to_others() -> None:
    door, now = Door(), [0.0]
    door.let.set()
    lane = SignInLane(door, buckets=Buckets(clock=lambda: now[0]))
    burst = [_ask(lane)[0] for _ in range(BURST + 1)]
    neighbour = _ask(lane, "192.0.2.2")[0]
    now[0] = 1.0
    later = [_ask(lane)[0] for _ in range(2)]

    assert burst == ["201 CREATED"] * BURST + ["429 TOO MANY REQUESTS"]
    assert neighbour == "201 CREATED"
    assert later == ["201 CREATED", "429 TOO MANY REQUESTS"]


def test_a_whole_network_of_ipv6_counts_as_one() -> None:
    buckets = Buckets(clock=lambda: 0.0)
    door = Door()
    door.let.set()
    lane = SignInLane(door, buckets=buckets)

    statuses = [_ask(lane, f"2001:db8::{number:x}")[0] for number in range(BURST + 1)]

    assert statuses[-1] == "429 TOO MANY REQUESTS"
