"""How log lines are written: one JSON object a line for programs, or coloured lines for people.

Everything of the standard library's loggers (SQLAlchemy, gunicorn) goes the same way. Line breaks in values are
escaped, so that no value can forge a line. A line that cannot be written, for the disk is full or nobody reads, is
lost and counted; work goes on.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Final, TextIO

import structlog
import structlog.tracebacks

# values of variables stay out of tracebacks: they may be data of persons
_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


_when_lost: list[Callable[[], object]] = []


class _Lines(logging.StreamHandler[TextIO]):
    """Writes lines, and counts those that it cannot write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """A line is lost: there is nowhere to say so but in the figures. Other faults are those of a programmer."""
        if isinstance(sys.exc_info()[1], OSError):
            for tell in _when_lost:
                tell()
        else:
            super().handleError(record)


def when_lines_are_lost(tell: Callable[[], object]) -> None:
    """Have `tell` called for every line that could not be written, from now on and in place of who was told before."""
    _when_lost[:] = [tell]


def configure(level: str, form: str) -> None:
    """Set up logging for this process. `level` as in settings; `form` is `json` or `console`. Safe to call twice."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _Lines(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "alembic.runtime"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
