"""Sends spans to the collector of the settings, in the background and bounded: one that is away costs requests nothing.

Needs the extra `otel`. To be called in each process once it is itself, after any fork.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from opentelemetry import trace

from engine.errors import Refused
from onewindow import __version__
from onewindow.settings import Settings

_SECONDS: Final = 5
"""For one delivery."""
_MOST_WAITING: Final = 2_048
"""Spans that wait; more are dropped."""


class TracesExtraMissing(Refused):
    """Traces are set up, and the packages that send them are not installed."""

    code = "traces-extra-missing"

    def __init__(self) -> None:
        super().__init__(
            "ONEWINDOW_TRACES_URL is set, but the packages that send traces are not installed.",
            remedy="Install onewindow[otel], or unset ONEWINDOW_TRACES_URL.",
        )


def require_extra(settings: Settings) -> None:
    """Raises TracesExtraMissing, so that the start stops before anything is done."""
    if settings.traces.url and find_spec("opentelemetry.exporter") is None:
        raise TracesExtraMissing


def collect_traces(settings: Settings, part: str) -> None:
    """Begin to send spans of this process, which is the `web` or the `worker`; nothing without an address.

    Raises TracesExtraMissing.
    """
    if not settings.traces.url:
        return
    require_extra(settings)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    who = {"service.name": f"onewindow-{part}", "service.version": __version__}
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.traces.percent / 100)), resource=Resource.create(who)
    )
    exporter = OTLPSpanExporter(endpoint=settings.traces.url, timeout=_SECONDS)
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter, max_queue_size=_MOST_WAITING, schedule_delay_millis=1_000, export_timeout_millis=_SECONDS * 1_000
        )
    )
    trace.set_tracer_provider(provider)
