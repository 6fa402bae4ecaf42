"""A web server in a process of its own, as `onewindow serve` starts it, over the database of the tests' API."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onewindow.children import wait_until_listening
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.an_api import Api

HOST = "127.0.0.1"
HOUSE = Path(__file__).parents[2]


@contextmanager
def a_web_server(api: Api, **settings: str) -> Iterator[int]:
    """The port where it listens. At the end it is killed, and the API's database closed."""
    with socket.create_server((HOST, 0)) as probe:
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "-m", "onewindow", "serve"],
        env={
            "PATH": os.environ["PATH"],
            "ONEWINDOW_DATABASE_URL": api.runtime.database.url,
            "ONEWINDOW_PORT": str(port),
            **MASTER_KEY_SET,
            **settings,
        },
        cwd=HOUSE,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_listening(HOST, port, server, "web server")
    yield port
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    api.runtime.database.close()
