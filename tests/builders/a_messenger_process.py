"""A messenger in a process of its own: `python -m tests.builders.a_messenger_process URL NAME LEASE`.

It tells subscribers on this machine until it is told to stop or is killed.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import replace

from engine.clock import SystemClock
from tests.builders.a_runtime import a_runtime
from tests.builders.a_subscriber import a_messenger


def work(url: str, name: str, lease: float) -> None:
    """A messenger until SIGTERM."""
    runtime = replace(a_runtime(url).runtime, clock=SystemClock())
    messenger = a_messenger(runtime, name, lease=lease, idle=0.02, patience=5, in_a_row=5)
    signal.signal(signal.SIGTERM, lambda *_: messenger.stop())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    messenger.run()
    runtime.database.close()


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2], float(sys.argv[3]))
