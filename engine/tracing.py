"""Spans of traces (OpenTelemetry), where work crosses a border: a request, a job, a call to a partner.

Without a collector that an operator configures, all of this does nothing and costs next to nothing. A trace is named as
W3C Trace Context names it (`traceparent`), so that it goes on in the worker and at the partner. Attributes are names,
numbers and hosts, never addresses or data of persons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from opentelemetry import context, trace
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from engine.errors import OnewindowError

HEADER: Final = "traceparent"
Attributes: TypeAlias = Mapping[str, str | int | bool]

_TRACER: Final = trace.get_tracer("onewindow")
_W3C: Final = TraceContextTextMapPropagator()


def traceparent() -> str | None:
    """The name of the span under way; None when nothing is traced."""
    said: dict[str, str] = {}
    _W3C.inject(said)
    return said.get(HEADER)


def trace_id() -> str | None:
    """The id of the trace under way, as collectors show it."""
    found = trace.get_current_span().get_span_context()
    return f"{found.trace_id:032x}" if found.is_valid else None


@contextmanager
def spanned(
    name: str,
    kind: SpanKind,
    attributes: Attributes,
    *,
    parent: str | None = None,
    linked: str | None = None,
) -> Iterator[Span]:
    """A span for what is done within; with `parent` it goes on from there, with `linked` it only points there.

    What is raised within is told by its code, not by its text, which may hold data of persons.
    """
    before = None if parent is None else _W3C.extract({HEADER: parent})
    pointed = None if linked is None else trace.get_current_span(_W3C.extract({HEADER: linked})).get_span_context()
    links = [Link(pointed)] if pointed is not None and pointed.is_valid else []
    span = _TRACER.start_span(name, before, kind, dict(attributes), links)
    token = context.attach(trace.set_span_in_context(span))
    outcome: str | None = "unforeseen"
    try:
        yield span
        outcome = None
    except OnewindowError as refused:
        outcome = refused.code
        raise
    finally:
        if outcome is not None:
            failed(span, outcome)
        context.detach(token)
        span.end()


def failed(span: Span, kind: str) -> None:
    """Mark what is under way as failed."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


__all__ = ["HEADER", "Attributes", "SpanKind", "failed", "spanned", "trace_id", "traceparent"]
