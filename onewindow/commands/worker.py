"""`onewindow worker`: timers and service calls."""

from __future__ import annotations

import os
import signal
import socket
from types import FrameType

import click
import structlog

from engine.casework.job import Job
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from onewindow import logs
from onewindow.commands.outcome import border
from onewindow.compose import compose
from onewindow.settings import Settings

log = structlog.get_logger("onewindow.worker")


@click.command()
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="How many jobs at once.")
@border
def worker(threads: int) -> None:
    """Fire timers, call registers and services, and repeat what failed, until told to stop.

    Any number of workers may run. SIGTERM or Ctrl-C stops in good order: jobs under way are ended, at most 10 seconds
    long, the others are handed back.
    """
    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    composed = compose(settings)
    hands = Hands(
        runtime=composed.runtime,
        registry=composed.registry,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        on_fault=_unforeseen,
    )
    working = Worker(hands, Pace(threads=threads, lease=float(settings.lease_seconds)), _tell)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        working.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("worker started", owner=hands.owner, threads=threads)
    working.run()
    composed.database.close()
    log.info("worker stopped", owner=hands.owner)


def _tell(what: str, number: int) -> None:
    log.info("worked", what=what, number=number)


def _unforeseen(job: Job, fault: BaseException) -> None:
    """The place of a fault, not its message: that could hold data of a person."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    log.error("unforeseen fault", job=job.id, kind=str(job.kind), fault=type(fault).__name__, place=place)
