"""A worker for payments in a process of its own: `python -m tests.builders.a_payment_worker URL PORT NAME LEASE`.

It works until it is told to stop or is killed. With a fifth argument it kills itself where it would commit what came of
its first job: after the provider's answer, before our commit.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace

from engine.clock import SystemClock
from engine.connectors.registry import Registry
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from tests.builders.a_provider import ProviderAt
from tests.builders.a_runtime import a_runtime


def work(url: str, port: int, name: str, lease: float, *, dies: bool) -> None:
    """A worker until SIGTERM, or its own death."""
    connector = ProviderAt(port).connector(read_seconds=10)
    runtime = replace(a_runtime(url, connectors=[connector]).runtime, clock=SystemClock())
    if dies:
        runtime = runtime.recording(lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    hands = Hands(runtime=runtime, registry=Registry([connector]), owner=name)
    worker = Worker(hands, Pace(threads=4, lease=lease, idle=0.05, patience=5))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run()
    runtime.database.close()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), dies=len(sys.argv) > 5)
