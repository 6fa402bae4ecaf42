"""What an operator can set about what people read of looks at their data; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.errors import Invalid
from engine.identity import QueueName
from onewindow.settings_reader import SettingsReader

_EXAMPLE = "prosecutor:investigations"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransparencySettings:
    """Whether officials are named, and who may silence looks for a time."""

    officials_are_named: bool = False
    """Else people read the office and role of who looked, not the name."""
    silence_authority: QueueName | None = None
    """Members of this queue, and nobody else, may silence looks of an investigation; None lets nobody."""
    longest_silence: timedelta = timedelta(days=180)


def read_transparency_settings(reader: SettingsReader) -> TransparencySettings:
    """What the environment says; faults are the reader's."""
    said = reader.text("SILENCE_AUTHORITY", "", _EXAMPLE)
    authority = None
    if said:
        try:
            authority = QueueName.parse(said)
        except Invalid:
            reader.fault("SILENCE_AUTHORITY", "a queue, as agency:role", said, _EXAMPLE)
    return TransparencySettings(
        officials_are_named=reader.one_of("OFFICIALS", "by-office", ("by-office", "by-name")) == "by-name",
        silence_authority=authority,
        longest_silence=timedelta(days=reader.whole("SILENCE_DAYS", 180, 1, 730)),
    )
