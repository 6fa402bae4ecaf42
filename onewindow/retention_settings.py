"""What an operator can set about records of closed cases; read by `onewindow.settings`."""

from __future__ import annotations

from typing import Final

from engine.casework.retention import Retention
from engine.casework.retention_words import read_retention
from onewindow.settings_reader import SettingsReader

_EXAMPLES: Final = {
    "archive_after": "P1Y",
    "erase_after": "P10Y",
    "legal_basis": "Instruction on records of 2024, art. 5",
}


def read_retention_settings(reader: SettingsReader) -> Retention | None:
    """How long records are kept of services that say nothing of it; None keeps them. Faults are the reader's."""
    said = {
        "archive_after": reader.text("RETENTION_ARCHIVE_AFTER", "", _EXAMPLES["archive_after"]),
        "erase_after": reader.text("RETENTION_ERASE_AFTER", "", _EXAMPLES["erase_after"]),
        "legal_basis": reader.text("RETENTION_LEGAL_BASIS", "", _EXAMPLES["legal_basis"]),
    }
    given = {name: value for name, value in said.items() if value}
    if not given:
        return None

    def fault(at: str, what: str, remedy: str) -> None:
        part = at.rpartition("/")[2]
        name = part if part in _EXAMPLES else "erase_after"
        reader.fault(f"RETENTION_{name.upper()}", f"such a length or law; it {what}. {remedy}", None, _EXAMPLES[name])

    return read_retention(given, "", fault)
