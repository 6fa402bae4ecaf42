"""What an operator can set about notices: mail server, SMS gateway, quiet hours; read by `onewindow.settings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine.casework.contact import QuietHours, mail_address
from engine.errors import Invalid
from onewindow.settings_reader import SettingsReader

_NIGHT: Final = "21:00-08:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """How notices leave the portal; the inbox needs no setting."""

    smtp_host: str = ""
    """Empty sends no mail."""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    """`starttls`, `tls`, or `none` for a server on the same machine."""
    smtp_user: str = ""
    smtp_ca: str = ""
    """File of certificates that are trusted; empty for those of the system."""
    mail_from: str = ""
    mail_from_name: str = "Onewindow"
    mail_return_path: str = ""
    """Where bounces go; empty: to the sender."""
    sms_url: str = ""
    """Empty sends no SMS."""
    quiet_hours: QuietHours | None = field(default_factory=lambda: QuietHours.parse(_NIGHT))
    """None lets mail and SMS leave at night too."""


def read_notice_settings(reader: SettingsReader) -> NoticeSettings:
    """What the environment says; faults are the reader's."""
    host = reader.text("SMTP_HOST", "", "mail.example.gov")
    sender = reader.checked("MAIL_FROM", mail_address, "noreply@services.example.gov")
    if host and not sender:
        reader.fault("MAIL_FROM", "the address that mail comes from, for SMTP_HOST is set", None, "noreply@example.gov")
    return NoticeSettings(
        smtp_host=host,
        smtp_port=reader.whole("SMTP_PORT", 587, 1, 65_535),
        smtp_security=reader.one_of("SMTP_SECURITY", "starttls", ("starttls", "tls", "none")),
        smtp_user=reader.text("SMTP_USER", "", "onewindow"),
        smtp_ca=reader.text("SMTP_CA", "", "/etc/onewindow/mail-ca.pem"),
        mail_from=sender,
        mail_from_name=reader.text("MAIL_FROM_NAME", "Onewindow", "Public services"),
        mail_return_path=reader.checked("MAIL_RETURN_PATH", mail_address, "bounces@services.example.gov"),
        sms_url=reader.url("SMS_URL"),
        quiet_hours=_quiet(reader),
    )


def _quiet(reader: SettingsReader) -> QuietHours | None:
    said = reader.text("QUIET_HOURS", _NIGHT, _NIGHT)
    try:
        return QuietHours.parse(said)
    except Invalid:
        reader.fault("QUIET_HOURS", "two times of day, or none", said, _NIGHT)
        return None
