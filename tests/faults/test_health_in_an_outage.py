"""Fault matrix, row 9: while the database is gone, web server and worker say that they are not ready, and live on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from engine.store.migrate import upgrade
from onewindow.bench import temporary_postgresql
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_runtime import a_runtime
from tests.builders.waiting import until
from tests.faults import invariants

HOST = "127.0.0.1"


@pytest.fixture
def server() -> Iterator[Path]:
    """A PostgreSQL server that may be stopped: nobody else uses it."""
    with tempfile.TemporaryDirectory(prefix="onewindow-outage-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            temporary_postgresql.start(folder, ("fsync=off",))
        except temporary_postgresql.NoServer as missing:
            if os.environ.get("CI"):
                pytest.fail(f"PostgreSQL is never skipped in CI, but {missing}.")
            pytest.skip(f"Not tested on PostgreSQL: {missing}.")
        upgrade(temporary_postgresql.url_of(folder))
        yield folder
        temporary_postgresql.stop(folder)


@dataclass(slots=True)
class Node:
    """`onewindow serve` or `onewindow worker`, as operators start it."""

    command: str
    process: subprocess.Popen[bytes]
    port: int
    environment: dict[str, str]
    log: Path

    def asked(self, path: str) -> int:
        """The status of an answer; 0 when there is none."""
        try:
            return httpx.get(f"http://{HOST}:{self.port}{path}", timeout=15).status_code
        except httpx.TransportError:
            return 0

    def says(self, *options: str) -> subprocess.CompletedProcess[str]:
        """What `onewindow health` is told."""
        command = [sys.executable, "-m", "onewindow", "health", *options]
        if self.command == "worker":
            command.append("--worker")
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)


@pytest.fixture(params=["serve", "worker"])
def node(request: pytest.FixtureRequest, server: Path, tmp_path: Path) -> Iterator[Node]:
    """One of them over the server, started and ready."""
    with socket.create_server((HOST, 0)) as probe:
        port = int(probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"],
        "ONEWINDOW_DATABASE_URL": temporary_postgresql.url_of(server),
        **MASTER_KEY_SET,
        "ONEWINDOW_PORT" if request.param == "serve" else "ONEWINDOW_WORKER_PORT": str(port),
        "ONEWINDOW_FILES": str(tmp_path / "files"),
        "ONEWINDOW_STOP_SECONDS": "2",
    }
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "onewindow", request.param],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context((tmp_path / "log").open("wb")),
            )
        )
        stack.callback(process.kill)
        started = Node(request.param, process, port, environment, tmp_path / "log")
        until(lambda: started.asked("/health/ready") == 200, 30)
        yield started


@pytest.mark.postgresql
def test_who_has_lost_the_database_is_not_ready_but_alive_and_ready_again_when_it_is_back(
    node: Node, server: Path
) -> None:
    assert node.says().returncode == 0

    temporary_postgresql.crash(server)
    # Of a web server's two processes each knows it by itself, within the 1.5 seconds that an answer serves.
    until(lambda: [node.asked("/health/ready") for _ in range(8)] == [503] * 8, 30)

    said: list[subprocess.CompletedProcess[str]] = []
    until(lambda: said.append(node.says()) or said[-1].returncode == 1, 30)  # type: ignore[func-returns-value]
    assert "database" in said[-1].stderr
    assert (node.asked("/health/live"), node.says("--live").returncode) == (200, 0)

    temporary_postgresql.start_again(server)
    until(lambda: [node.asked("/health/ready") for _ in range(8)] == [200] * 8, 30)
    until(lambda: node.asked("/metrics") == 200, 30)
    with closing(a_runtime(temporary_postgresql.url_of(server))) as running:
        invariants.hold(running)

    node.process.terminate()
    assert node.process.wait(15) == 0
    assert node.says().returncode == 1
    assert "alembic" not in node.log.read_text(encoding="utf-8"), "a probe is asked too often to be logged"
