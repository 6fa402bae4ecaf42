"""What an operator can set about keys of personal data; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """Which of the master keys wraps what is new. The keys themselves are secrets."""

    master_key: str = ""
    """Name of its secret, such as `master-key-2027`; may be left out where there is only one."""


def read_key_settings(reader: SettingsReader) -> KeySettings:
    """What the environment says; faults are the reader's."""
    return KeySettings(master_key=reader.text("MASTER_KEY", "", "master-key-2027"))
