"""The worker process: the loop of `engine.jobs`, its log, and its stop on SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from types import FrameType

import structlog

from engine.casework.job import Job
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from onewindow.compose import Composed, compose
from onewindow.settings import Settings

log = structlog.get_logger("onewindow.worker")


def make_worker(settings: Settings, composed: Composed) -> Worker:
    """A worker over what was put together."""
    hands = Hands(runtime=composed.runtime, registry=composed.registry, owner=_name(), on_fault=_fault)
    pace = Pace(threads=settings.worker_threads, lease=settings.lease_seconds, patience=settings.stop_seconds)
    return Worker(hands, pace, _told)


def work(settings: Settings) -> None:
    """Work until told to stop by SIGTERM or SIGINT; jobs under way end, or are handed back after `stop_seconds`.

    Raises SigningKeyUnusable when a key that was set cannot be used.
    """
    composed = compose(settings)
    composed.seals.check()
    worker = make_worker(settings, composed)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("worker started", threads=settings.worker_threads, lease_seconds=settings.lease_seconds)
    try:
        worker.run()
    finally:
        composed.database.close()
    log.info("worker stopped")


def _name() -> str:
    """Of this process, unlike that of any other on any machine: leases are held in it."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"


def _told(what: str, number: int) -> None:
    (log.warning if "-" in what and what != "go-on" else log.debug)(what, number=number)


def _fault(job: Job, fault: BaseException) -> None:
    log.error("a job brought out a fault", job=job.id, kind=str(job.kind), type=job.type, exc_info=fault)
