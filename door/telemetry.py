"""What operators see of requests: one structured log line each, figures for Prometheus, and an id to find both by.

No personal data: a line holds the route's template, never the address with its keys or its query, and the account's key
is written only in security events. The id comes from the caller (X-Request-Id) when it is sane, and goes back to them.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

EXTENSION: Final = "onewindow-metrics"
"""Where an application keeps its `Metrics`."""
REQUEST_ID_HEADER: Final = "X-Request-Id"
_SANE: Final = re.compile(r"[A-Za-z0-9._\-]{8,64}")
_METHODS: Final = {name: name for name in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")}
"""Methods with figures of their own; a caller can invent any number of others."""
_QUIET: Final = frozenset({"health.live", "health.ready", "metrics.figures"})

log = structlog.get_logger("onewindow.request")
security = structlog.get_logger("security")

Figures = Callable[[], Iterable[tuple[str, str, float | Mapping[str, float]]]]
"""Reads (name, meaning, value) of the engine's state: open tasks, job lag, incidents; or a value for each partner."""


class Metrics:
    """The figures of one application. Several processes add theirs through the folder `shared_folder`."""

    def __init__(self, figures: Figures, shared_folder: str | None = None) -> None:
        self._own = CollectorRegistry()
        self.requests = Histogram(
            "onewindow_request_seconds",
            "Time of a request by method, route and status.",
            ("method", "route", "status"),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self._own,
        )
        self.steps = Counter(
            "onewindow_steps", "Use cases carried out over the API, by operation.", ("operation",), registry=self._own
        )
        self.denials = Counter(
            "onewindow_denials", "Requests refused for want of a sign-in or a right.", ("status",), registry=self._own
        )
        self.lost_lines = Counter(
            "onewindow_log_lines_lost", "Log lines that could not be written: a full disk.", registry=self._own
        )
        self._shared_folder = shared_folder
        self._state = _StateOfEngine(figures)

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(self._state)
        if self._shared_folder:
            MultiProcessCollector(registry, self._shared_folder)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(registry) + generate_latest(self._own)


class _StateOfEngine(Collector):
    """Gauges read from the database when they are asked for, so that no process keeps a stale copy."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        for name, meaning, value in self._figures():
            if not isinstance(value, Mapping):
                yield GaugeMetricFamily(name, meaning, value=value)
                continue
            gauge = GaugeMetricFamily(name, meaning, labels=("partner",))
            for partner, one in value.items():
                gauge.add_metric((partner,), one)
            yield gauge


def observe(app: Flask, metrics: Metrics) -> None:
    """Give every request its id, its log line and its figures."""

    @app.before_request
    def begin() -> None:
        sent = request.headers.get(REQUEST_ID_HEADER, "")
        g.request_id = sent if _SANE.fullmatch(sent) else secrets.token_hex(8)
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(answer: Response) -> Response:
        answer.headers[REQUEST_ID_HEADER] = g.get("request_id", "")
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "(none)"
        metrics.requests.labels(_METHODS.get(request.method, "other"), route, str(answer.status_code)).observe(seconds)
        if answer.status_code in (401, 403):
            metrics.denials.labels(str(answer.status_code)).inc()
        elif request.method not in ("GET", "HEAD", "OPTIONS") and answer.status_code < 300 and request.endpoint:
            metrics.steps.labels(request.endpoint).inc()
        if "probing" in g:
            account = getattr(g.get("actor"), "account", None)
            security.warning("denied", route=route, status=answer.status_code, code=g.probing, account=account)
        if request.endpoint not in _QUIET:
            log.info(
                "request",
                method=request.method,
                route=route,
                status=answer.status_code,
                ms=round(seconds * 1_000, 2),
            )
        return answer


def harden(app: Flask) -> None:
    """Headers that keep browsers from doing more than was meant with an answer."""

    @app.after_request
    def headers(answer: Response) -> Response:
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("X-Frame-Options", "DENY")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        )
        if request.path.startswith("/api/") and "Cache-Control" not in answer.headers:
            answer.headers["Cache-Control"] = "no-store"
        if request.is_secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return answer
