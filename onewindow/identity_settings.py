"""What an operator can set about accounts; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """How people prove who they are."""

    second_factor_is_required: bool = True
    """Of officials. Else it is only offered to them, as to citizens."""
    breached_passwords: Path | None = None
    """File of passwords that are known to thieves."""
    password_words: tuple[str, ...] = ()
    """Words of this place that nobody's password may be made of."""
    providers_file: str = ""
    """The list of identity providers, `onewindow.federation.providers_file`; empty without one."""


def read_identity_settings(reader: SettingsReader) -> IdentitySettings:
    """What the environment says; faults are the reader's."""
    path = reader.text("BREACHED_PASSWORDS", "", "/srv/onewindow/breached-passwords.txt")
    return IdentitySettings(
        second_factor_is_required=reader.one_of("SECOND_FACTOR", "required", ("required", "offered")) == "required",
        breached_passwords=Path(path) if path else None,
        password_words=reader.names("PASSWORD_WORDS", "asan,dmv,baku"),
        providers_file=reader.text("IDENTITY_PROVIDERS", "", "/etc/onewindow/identity-providers.yaml"),
    )
