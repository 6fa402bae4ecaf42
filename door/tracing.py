"""A span for each request, which goes on from the caller's when it names one; the log line names the trace."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

import structlog
from flask import Flask, Response, g, request

from engine.tracing import HEADER, SpanKind, failed, spanned, trace_id

_QUIET: Final = ("/health/", "/metrics")
_LONGEST: Final = 55


def trace_requests(app: Flask) -> None:
    """To be registered after request ids, so that a line has both."""

    @app.before_request
    def begin() -> None:
        if request.path.startswith(_QUIET):
            return
        route = request.url_rule.rule if request.url_rule else "(none)"
        sent = request.headers.get(HEADER, "")
        stack = ExitStack()
        span = stack.enter_context(
            spanned(
                f"{request.method} {route}",
                SpanKind.SERVER,
                {"http.request.method": request.method, "http.route": route, "url.scheme": request.scheme},
                parent=sent if 0 < len(sent) <= _LONGEST else None,
            )
        )
        g.span, g.span_ends = span, stack
        if (id_ := trace_id()) is not None:
            structlog.contextvars.bind_contextvars(trace_id=id_)

    @app.after_request
    def status(answer: Response) -> Response:
        span = g.get("span")
        if span is not None:
            span.set_attribute("http.response.status_code", answer.status_code)
            if answer.status_code >= 500:
                failed(span, str(answer.status_code))
        return answer

    @app.teardown_request
    def end(_fault: BaseException | None) -> None:
        stack = g.pop("span_ends", None)
        if stack is not None:
            stack.close()
