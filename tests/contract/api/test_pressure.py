"""Back-pressure: who finds no place in time is told to come back, and places are given back whatever happens."""

from __future__ import annotations

import threading
import time
from collections import Counter

from flask import Flask

from api import problems
from door.pressure import limit, note_wait
from tests.builders.threads import at_once


def an_app(places: int, patience: float) -> tuple[Flask, threading.Event]:
    """An application whose slow view lasts until the event is set."""
    app, go_on = Flask("pressed"), threading.Event()
    problems.register(app)
    limit(app, places, patience)
    app.add_url_rule("/slow", "slow", lambda: str(go_on.wait(10)))
    app.add_url_rule("/fast", "fast", lambda: "fast")
    app.add_url_rule("/fails", "fails", lambda: 1 // 0)
    app.add_url_rule("/health/live", "live", lambda: "live")
    return app, go_on


def test_request_without_a_place_is_503_with_when_to_repeat() -> None:
    app, go_on = an_app(places=1, patience=0.05)
    slow = threading.Thread(target=lambda: app.test_client().get("/slow"))
    slow.start()
    while app.test_client().get("/fast").status_code == 200:
        time.sleep(0.01)

    refused = app.test_client().get("/fast")
    health = app.test_client().get("/health/live")
    go_on.set()
    slow.join()

    assert refused.status_code == 503
    assert refused.json["type"] == "urn:onewindow:problem:overloaded"
    assert int(refused.headers["Retry-After"]) > 0
    assert health.status_code == 200
    assert app.test_client().get("/fast").status_code == 200


def test_who_waits_shortly_gets_the_place_that_becomes_free() -> None:
    app, go_on = an_app(places=2, patience=5)
    threading.Timer(0.2, go_on.set).start()

    statuses = Counter(at_once(8, lambda _: app.test_client().get("/slow").status_code))

    assert statuses == {200: 8}


def test_places_are_given_back_when_a_view_fails() -> None:
    app, _ = an_app(places=1, patience=0.05)

    statuses = [app.test_client().get("/fails").status_code for _ in range(3)]

    assert statuses == [500, 500, 500]
    assert app.test_client().get("/fast").status_code == 200


def test_who_stood_in_line_too_long_is_told_at_once_and_nobody_after_him() -> None:
    app, _ = an_app(places=1, patience=0.5)

    note_wait(0.6)
    late = app.test_client().get("/fast")
    note_wait(0.1)
    early = app.test_client().get("/fast")
    note_wait(0)

    assert late.status_code == 503
    assert early.status_code == 200
