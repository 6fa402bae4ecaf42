"""A partner that keeps a ledger of effects by idempotency key, and a connector that calls it over HTTP.

Run by tests in processes of their own: `python -m tests.builders.a_ledger URL PARTNER_URL NAME LEASE` is a worker that
works until it is told to stop or is killed.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from engine.clock import SystemClock
from engine.connectors.contract import JobOutcome, JobRequest, Success
from engine.connectors.demo import DemoConnector
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.http import HttpConnector
from engine.connectors.registry import Registry
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import a_runtime

MOST_MEMORY = 6 << 30
"""Bytes of addresses that a worker may have."""


def an_order(partner: Partner, retries: str = "5") -> Drawing:
    """Orders something from the partner, then waits for a person."""
    headers = {"method": "POST", "url": f"{partner.url}/orders", "resultVariable": "order", "retryBackoff": "PT0S"}
    process = a_process("order").start().service_task("ask", "http", headers=headers, retries=retries)
    return process.user_task("read", queue="city:clerk").end()


def effects(partner: Partner) -> Counter[str]:
    """How often each idempotency key arrived."""
    return Counter(received.headers["Idempotency-Key"] for received in partner.received)


def a_connector_to(url: str) -> HttpConnector:
    """The connector `http`, allowed to call one host."""
    allowed = AllowedHosts(frozenset({urlsplit(url).netloc}))
    return HttpConnector(Exchange(allowed, ExchangeLimits(read_seconds=10)), {}.get, hosts=allowed)


class Eater(DemoConnector):
    """Wants more memory than its process may have."""

    name = "eater"

    def call(self, request: JobRequest) -> JobOutcome:
        """Raises MemoryError."""
        return Success(variables={"eaten": len(bytearray(2 * MOST_MEMORY)), "of": request.job_id})


def work(url: str, partner_url: str, name: str, lease: float) -> None:
    """A worker until SIGTERM."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.RLIM_INFINITY))
    connector = a_connector_to(partner_url)
    running = a_runtime(url, connectors=[connector, Eater()])
    runtime = replace(running.runtime, clock=SystemClock())
    hands = Hands(runtime=runtime, registry=Registry([connector, Eater()]), owner=name)
    worker = Worker(hands, Pace(threads=4, lease=lease, idle=0.05, patience=5))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run()
    runtime.database.close()


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
