"""The real server as a program of its own, started for the bench."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from onewindow.bench.client import Client
from onewindow.children import Children, wait_until_listening

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers."""

    port: int
    pid: int
    token: str

    def client(self) -> Client:
        """A connection of one's own."""
        return Client(_HOST, self.port, self.token)

    def memory_mb(self) -> float:
        """Memory of the server and its children: proportional set size, so that shared pages count once."""
        return sum(_pss_kb(pid) for pid in _family(self.pid)) / 1024


@contextmanager
def running_server(environment: Mapping[str, str], token: str) -> Iterator[RunningServer]:
    """A server with these settings; stopped on the way out."""
    port = _free_port()
    children = Children()
    child = children.start(
        "server",
        [sys.executable, "-m", "onewindow", "serve"],
        {**environment, "ONEWINDOW_PORT": str(port), "ONEWINDOW_HOST": _HOST, "ONEWINDOW_LOG_LEVEL": "warning"},
    )
    try:
        wait_until_listening(_HOST, port, child, "server")
        yield RunningServer(port, child.pid, token)
    finally:
        children.stop()


def seconds_to_first_page(environment: Mapping[str, str], token: str, path: str) -> float:
    """How long a server takes from its start to its first answer."""
    began = time.perf_counter()
    with running_server(environment, token) as server, closing(server.client()) as client:
        client.get(path)
        return time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            waiting += [int(child) for child in task.read_text(encoding="ascii").split()]
    return found


def _pss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
