"""The worker process: the loop of `engine.jobs`, its log, and its stop on SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import FrameType

import structlog

from door.telemetry import Metrics
from engine.casework.job import Job
from engine.casework.partner import BreakerRules
from engine.jobs.breakers import Breakers
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from engine.store.listening import listener
from onewindow.children import check_port_is_free
from onewindow.compose import Composed, compose
from onewindow.engine_state import engine_state
from onewindow.logs import when_lines_are_lost
from onewindow.readiness import readiness
from onewindow.sealing import Sealer
from onewindow.settings import Settings
from onewindow.tracing import collect_traces
from onewindow.webhooks import make_messenger
from onewindow.worker_health import STILL_SECONDS, Probes, WorkerHealth

log = structlog.get_logger("onewindow.worker")


def make_worker(settings: Settings, composed: Composed) -> Worker:
    """A worker over what was put together."""
    runtime = replace(composed.runtime, announces=_NowAndThen())
    partners = settings.partners
    rules = BreakerRules(failures=partners.failures, rest=timedelta(seconds=partners.rest_seconds))
    breakers = Breakers(runtime, rules)
    hands = Hands(runtime=runtime, registry=composed.registry, owner=_name(), on_fault=_fault, breakers=breakers)
    pace = Pace(
        threads=settings.worker_threads,
        partner_calls=partners.calls,
        lease=settings.lease_seconds,
        patience=settings.stop_seconds,
    )
    return Worker(hands, pace, _told, listener=listener(composed.database.url))


class _NowAndThen:
    """Whether a worker tells others of new work: ten times a second, for he looks himself, and NOTIFY has its price."""

    def __init__(self, every: float = 0.1) -> None:
        self._every = every
        self._told_at = float("-inf")

    def __call__(self) -> bool:
        is_time = time.monotonic() - self._told_at >= self._every
        if is_time:
            self._told_at = time.monotonic()
        return is_time


def work(settings: Settings) -> None:
    """Work until told to stop by SIGTERM or SIGINT; jobs under way end, or are handed back after `stop_seconds`.

    Raises SigningKeyUnusable when a key that was set cannot be used, and PortInUse for that of its probes.
    """
    collect_traces(settings, "worker")
    composed = compose(settings)
    composed.seals.check()
    worker = make_worker(settings, composed)

    messenger = make_messenger(settings, composed.runtime, composed.webhook_secrets, _name(), _told)
    telling = threading.Thread(target=messenger.run, name="webhooks", daemon=True)

    key = composed.runtime.seal_key
    sealer = None if key is None else Sealer(settings, composed.runtime, key, _told)
    sealing = None if sealer is None else threading.Thread(target=sealer.run, name="seals", daemon=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        messenger.stop()
        if sealer is not None:
            sealer.stop()
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    health = _health(settings, composed, worker)
    log.info("worker started", threads=settings.worker_threads, lease_seconds=settings.lease_seconds)
    telling.start()
    if sealing is not None:
        sealing.start()
    try:
        worker.run()
        messenger.stop()
        telling.join(settings.stop_seconds)
        if sealer is not None and sealing is not None:
            sealer.stop()
            sealing.join(settings.stop_seconds)
    finally:
        if health is not None:
            health.close()
        composed.database.close()
    log.info("worker stopped")


def _health(settings: Settings, composed: Composed, worker: Worker) -> WorkerHealth | None:
    """What answers probes from now on; None where the settings name no port. Raises PortInUse."""
    port = settings.health.worker_port
    if not port:
        return None

    def still() -> str | None:
        return f"the loop has not come round for {worker.still_for:.0f} s" if worker.still_for > STILL_SECONDS else None

    def stopping() -> str | None:
        return "it was told to stop" if worker.is_stopping else None

    def live() -> Mapping[str, str]:
        return {"loop": fault} if (fault := still()) else {}

    metrics = Metrics(engine_state(composed.database, composed.runtime.clock)) if settings.metrics_are_open else None
    if metrics is not None:
        when_lines_are_lost(metrics.lost_lines.inc)
    ready = readiness(settings, composed.database, composed.runtime.storage, {"loop": still, "stop": stopping})
    probes = Probes(live=live, ready=ready, figures=metrics.exposition if metrics else None)
    check_port_is_free(settings.host, port, "ONEWINDOW_WORKER_PORT")
    health = WorkerHealth(settings.host, port, probes)
    health.start()
    return health


def _name() -> str:
    """Of this process, unlike that of any other on any machine: leases are held in it."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"


def _told(what: str, number: int) -> None:
    (log.warning if "-" in what and what != "go-on" else log.debug)(what, number=number)


def _fault(job: Job, fault: BaseException) -> None:
    log.error("a job brought out a fault", job=job.id, kind=str(job.kind), type=job.type, exc_info=fault)
