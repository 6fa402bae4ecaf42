"""What is kept holds together, and whoever breaks it is found by name (fault matrix: I2 to I6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from engine.runtime.integrity import check_integrity
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running, a_runtime


@pytest.fixture
def broken(database_url: str) -> Iterator[Running]:
    """Three instances: one at a task, one with a job and a message, one ended. Tests break them."""
    made = a_runtime(database_url)
    made.deploy(
        a_process("task").start().user_task("check", queue=QUEUE).end(),
        a_process("both")
        .start()
        .parallel("fork")
        .service_task("ask")
        .end()
        .at("fork")
        .receive_task("hear", "news", key='="k"')
        .end("heard"),
    )
    made.start("task")
    made.start("both")
    made.complete(made.start("task"), "check")
    yield made
    made.close()


def rules(running: Running) -> set[str]:
    """The rules that are broken."""
    return {found.rule for found in check_integrity(running.runtime).violations}


def change(running: Running, statement: str) -> None:
    """Write past all use cases."""
    with running.runtime.database.work() as work:
        work.reading.execute(text(statement))


def test_what_the_engine_kept_holds_together(broken: Running) -> None:
    report = check_integrity(broken.runtime)

    assert report.violations == []
    assert (report.instances, report.tasks) == (3, 2)
    assert report.visits == broken.count("activity")
    assert report.entries > 0


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        pytest.param("DELETE FROM task WHERE state = 'open'", "waits-differ", id="task lost"),
        pytest.param("UPDATE task SET state = 'open' WHERE state = 'completed'", "ended-but-waiting", id="task reborn"),
        pytest.param("DELETE FROM job", "waits-differ", id="job lost"),
        pytest.param("DELETE FROM message_wait", "waits-differ", id="subscription lost"),
        pytest.param(
            "UPDATE instance SET waits = NULL WHERE process_id = 'both'", "wait-lost", id="notes of waits lost"
        ),
        pytest.param(
            "UPDATE instance SET snapshot = NULL WHERE state = 'active'", "snapshot-unreadable", id="snapshot"
        ),
        pytest.param("UPDATE instance SET state = 'active' WHERE state = 'completed'", "dead-instance", id="dead"),
        pytest.param("UPDATE instance SET visits = visits + 1", "history-differs", id="visit without history"),
        pytest.param("DELETE FROM activity WHERE element_id = 'check'", "history-differs", id="history lost"),
        pytest.param(
            "UPDATE journal_entry SET actor = 'else' WHERE action = 'task.completed'", "journal-broken", id="changed"
        ),
        pytest.param("DELETE FROM journal_entry WHERE action = 'task.completed'", "journal-broken", id="entry removed"),
        pytest.param(
            "UPDATE journal_entry SET action = 'task.else' WHERE action = 'task.completed'",
            "act-without-entry",
            id="act denied",
        ),
        pytest.param(
            "UPDATE journal_head SET seq = seq + 1 WHERE chain = 'deployments'", "journal-broken", id="tail cut"
        ),
        pytest.param(
            "UPDATE job SET state = 'running', lease_owner = 'w', lease_until = 0", "lease-forgotten", id="lease"
        ),
    ],
)
def test_what_was_broken_is_told_by_name(broken: Running, statement: str, rule: str) -> None:
    change(broken, statement)

    assert rule in rules(broken)


def test_a_violation_names_what_it_is_about(broken: Running) -> None:
    change(broken, "DELETE FROM message_wait")

    (found,) = check_integrity(broken.runtime).violations

    instance = broken.rows("SELECT id FROM instance WHERE process_id = 'both'")[0]["id"]
    assert found.subject == instance
    assert found.message.startswith("Open waits differ: it notes [")


def test_pages_of_instances_are_looked_at_to_the_last(broken: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.queries.integrity.PAGE", 2)
    told: list[int] = []

    assert check_integrity(broken.runtime, told.append).instances == 3
    assert told == [2, 3]
