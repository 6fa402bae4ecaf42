"""What an operator can set about seals over the journal; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.casework.contact import mail_address
from engine.errors import Invalid
from onewindow.settings_reader import SettingsReader

_EXAMPLE: Final = "/mnt/witness,https://witness.example.gov/seals,mailto:archive@example.gov"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSettings:
    """How often seals are made, and where they go. Without the secret `journal-seal` none are."""

    minutes: int = 60
    """What was cut from the end of the journal since the last seal is not told: so this is a promise."""
    outside: tuple[str, ...] = ()
    """Folders, https addresses and `mailto:` addresses, all of which get every seal."""


def read_seal_settings(reader: SettingsReader) -> SealSettings:
    """What the environment says; faults are the reader's."""
    outside = reader.names("SEAL_OUT", _EXAMPLE)
    for place in outside:
        if not _is_place(place):
            reader.fault("SEAL_OUT", "whole paths of folders, https and mailto addresses", place, _EXAMPLE)
    return SealSettings(minutes=reader.whole("SEAL_MINUTES", 60, 1, 1_440), outside=outside)


def _is_place(text: str) -> bool:
    if text.startswith("mailto:"):
        try:
            return bool(mail_address(text.removeprefix("mailto:")))
        except Invalid:
            return False
    return text.startswith(("/", "https://", "http://127.0.0.1:", "http://localhost:"))
