"""The simulated time-stamp service that `onewindow run --with-timestamps` starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from onewindow.children import Children
from onewindow.commands.run_posts import SANDBOX_HOST


def timestamps_environment(port: int) -> dict[str, str]:
    """The setting that tells the product where it answers."""
    return {"ONEWINDOW_TIMESTAMP_URL": f"http://{SANDBOX_HOST}:{port}/"}


def start_timestamps(children: Children, port: int, environment: Mapping[str, str]) -> None:
    """Start it beside the others; `wait_for_listeners` waits until it answers."""
    command = [sys.executable, "-m", "sandbox.timestamps", "--host", SANDBOX_HOST, "--port", str(port)]
    children.start_listener("simulated time-stamp service", command, environment, SANDBOX_HOST, port)
