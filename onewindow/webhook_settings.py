"""What an operator can set about webhooks; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Who may be told of events, and how."""

    inner_hosts: tuple[str, ...] = ()
    """Hosts that may be private and reached by http, as host or host:port; all others must be public, by https."""
    attempts: int = 12
    """How often an event is tried before it is dead."""
    threads: int = 4
    """How many subscribers one worker tells at the same time."""
    days: int = 30
    """Events are kept for so long, delivered or not."""


def read_webhook_settings(reader: SettingsReader) -> WebhookSettings:
    """What the environment says; faults are the reader's."""
    return WebhookSettings(
        inner_hosts=reader.names("WEBHOOK_HOSTS", "intranet.example.gov,127.0.0.1:9000"),
        attempts=reader.whole("WEBHOOK_ATTEMPTS", 12, 1, 50),
        threads=reader.whole("WEBHOOK_THREADS", 4, 1, 64),
        days=reader.whole("WEBHOOK_DAYS", 30, 1, 365),
    )
