"""A worker for notices in a process of its own: `python -m tests.builders.a_notice_worker URL SMTP SMS NAME LEASE`.

It works until it is told to stop or is killed.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import replace

from engine.casework.contact import Channel
from engine.clock import SystemClock
from engine.jobs.worker import Pace, Worker
from tests.builders.a_mail_server import MailServerAt
from tests.builders.a_notified_permit import a_notifying_runtime
from tests.builders.an_sms_gateway import GatewayAt


def work(url: str, smtp: int, sms: int, name: str, lease: float) -> None:
    """A worker until SIGTERM."""
    server = MailServerAt(smtp, None, None, None)  # type: ignore[arg-type]  # only its port
    carriers = {Channel.mail: server.mail(seconds=20, total_seconds=30), Channel.sms: GatewayAt(sms).sms()}
    running = a_notifying_runtime(url, carriers, clock=SystemClock())
    worker = Worker(replace(running.hands, owner=name), Pace(threads=4, lease=lease, idle=0.05, patience=5))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run()
    running.close()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], float(sys.argv[5]))
