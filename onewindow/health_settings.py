"""What an operator can set about health; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """When a process calls itself fit to work, and where a worker says so."""

    disk_floor: int = 100_000_000
    """Bytes that must be free where the files and an SQLite database lie."""
    worker_port: int = 0
    """Where a worker answers probes; 0 answers nowhere."""


def read_health_settings(reader: SettingsReader) -> HealthSettings:
    """What the environment says; faults are the reader's."""
    return HealthSettings(
        disk_floor=reader.whole("DISK_FLOOR_MB", 100, 0, 1_000_000) * 1_000_000,
        worker_port=reader.whole("WORKER_PORT", 0, 0, 65_535),
    )
