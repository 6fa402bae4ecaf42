"""What an operator can set about traces; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSettings:
    """Where spans go, and how many."""

    url: str = ""
    """Of a collector that takes OTLP over HTTP; empty collects nothing."""
    percent: int = 100
    """So many of a hundred traces that begin here are kept; those that others began are kept as they say."""


def read_trace_settings(reader: SettingsReader) -> TraceSettings:
    """What the environment says; faults are the reader's."""
    return TraceSettings(url=reader.url("TRACES_URL"), percent=reader.whole("TRACES_PERCENT", 100, 1, 100))
