"""What a worker tells probes: whether its loop goes round, whether it can work, and the figures of the engine."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from click.testing import CliRunner

from engine.errors import Unavailable
from onewindow.cli import commands
from onewindow.worker_health import Probes, WorkerHealth


class Told:
    """What the worker would say, to be changed."""

    def __init__(self) -> None:
        self.live: dict[str, str] = {}
        self.ready: dict[str, str] = {}
        self.is_away = False

    def figures(self) -> bytes:
        """Raises Unavailable."""
        if self.is_away:
            raise Unavailable("away")
        return b"onewindow_due_jobs 0.0\n"


@pytest.fixture
def told() -> Told:
    """A sound worker."""
    return Told()


@pytest.fixture
def health(told: Told) -> Iterator[WorkerHealth]:
    """It answers."""
    probes = Probes(live=lambda: told.live, ready=lambda: told.ready, figures=told.figures)
    made = WorkerHealth("127.0.0.1", 0, probes)
    made.start()
    yield made
    made.close()


def asked(health: WorkerHealth, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{health.port}{path}")


def test_a_sound_worker_is_live_and_ready_and_shows_figures(health: WorkerHealth) -> None:
    assert asked(health, "/health/live").json() == {"status": "live"}
    assert asked(health, "/health/ready").json() == {"status": "ready"}
    assert asked(health, "/metrics").text == "onewindow_due_jobs 0.0\n"
    assert asked(health, "/anything").status_code == 404


def test_faults_are_told_by_name(health: WorkerHealth, told: Told) -> None:
    told.ready = {"database": "does not answer"}
    told.is_away = True

    ready = asked(health, "/health/ready")

    assert (ready.status_code, ready.json()["faults"]) == (503, {"database": "does not answer"})
    assert (asked(health, "/health/live").status_code, asked(health, "/metrics").status_code) == (200, 503)


def test_a_worker_whose_loop_stands_still_does_not_live(health: WorkerHealth, told: Told) -> None:
    told.live = {"loop": "the loop has not come round for 121 s"}

    assert asked(health, "/health/live").status_code == 503


@pytest.mark.parametrize(("status", "code"), [("ready", 0), ("not ready", 1)], ids=["ready", "not ready"])
def test_the_command_asks_and_ends_with_what_it_heard(health: WorkerHealth, told: Told, status: str, code: int) -> None:
    told.ready = {"disk": "full"} if code else {}

    said = CliRunner().invoke(
        commands, ["health", "--worker"], env={"ONEWINDOW_WORKER_PORT": str(health.port)}, catch_exceptions=False
    )

    assert (said.exit_code, f'"status": "{status}"' in said.output) == (code, True)


def test_the_command_says_how_a_worker_is_made_to_answer() -> None:
    said = CliRunner().invoke(commands, ["health", "--worker"], env={"ONEWINDOW_WORKER_PORT": "0"})

    assert (said.exit_code, "ONEWINDOW_WORKER_PORT" in said.output) == (2, True)
