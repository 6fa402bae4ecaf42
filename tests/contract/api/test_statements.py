"""How much a request asks of the database: the figures of the design's quality attributes, counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.builders.a_permit import a_permit
from tests.builders.a_subscriber import subscribe_to
from tests.builders.an_api import Api


@contextmanager
def _counted(api: Api) -> Iterator[list[str]]:
    """The statements of all that happens within, and the commits as COMMIT."""
    seen: list[str] = []

    def statement(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        seen.append(text)

    def commit(_connection: Any) -> None:
        seen.append("COMMIT")

    writer, reader = api.composed.database.engines
    for engine in (writer, reader):
        event.listen(engine, "before_cursor_execute", statement)
    event.listen(writer, "commit", commit)
    try:
        yield seen
    finally:
        for engine in (writer, reader):
            event.remove(engine, "before_cursor_execute", statement)
        event.remove(writer, "commit", commit)


def _commits(seen: list[str]) -> int:
    return seen.count("COMMIT")


def test_a_completion_is_one_transaction_of_at_most_twelve_statements(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())
    started = api_on_both.post("/instances", "operator", {"process_id": "permit"}).json
    api_on_both.get("/me", "clerk")  # the first use of a token in a minute is written

    with _counted(api_on_both) as seen:
        path = f"/tasks/{started['open_tasks'][0]['id']}/complete"
        answer = api_on_both.post(path, "clerk", {"answers": {"complete": True}})

    assert answer.status_code == 200
    assert _commits(seen) == 1
    assert len(seen) - 1 <= 12, "\n".join(seen)


def test_a_completion_that_subscribers_are_told_of_asks_for_nothing_more(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())
    warm, *others = [api_on_both.post("/instances", "operator", {"process_id": "permit"}).json for _ in range(3)]
    api_on_both.post(f"/tasks/{warm['open_tasks'][0]['id']}/complete", "clerk", {"answers": {"complete": True}})
    counts = []

    for started in others:
        with _counted(api_on_both) as seen:
            path = f"/tasks/{started['open_tasks'][0]['id']}/complete"
            api_on_both.post(path, "clerk", {"answers": {"complete": True}})
        counts.append(len(seen))
        subscribe_to(api_on_both.runtime, "https://registry.example.gov/hook")

    with api_on_both.composed.database.work() as work:
        told = [entry.action for entry in work.events.entries(10)]
    assert counts[0] == counts[1]
    assert "task.completed" in told


def test_a_start_is_one_transaction_of_at_most_twelve_statements(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())
    api_on_both.post("/instances", "operator", {"process_id": "permit"})

    with _counted(api_on_both) as seen:
        answer = api_on_both.post("/instances", "operator", {"process_id": "permit"})

    assert answer.status_code == 201
    assert _commits(seen) == 1
    assert len(seen) - 1 <= 12, "\n".join(seen)


def test_a_queue_page_is_one_statement_beside_the_sign_in(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())
    api_on_both.post("/instances", "operator", {"process_id": "permit"})
    api_on_both.get("/me", "clerk")

    with _counted(api_on_both) as seen:
        api_on_both.get("/tasks?queue=city:clerk", "clerk")

    assert len(seen) == 2, "\n".join(seen)
