"""What an operator sets about notices: every fault is told with the variable, and what is set up is used."""

from __future__ import annotations

from datetime import time

import pytest

from engine.casework.contact import Channel, QuietHours
from onewindow.noticing import carriers, notice_domain
from onewindow.settings import BadSettings, Settings

MAIL = {"ONEWINDOW_SMTP_HOST": "mail.example.gov", "ONEWINDOW_MAIL_FROM": "NoReply@Services.Example.gov"}


def test_without_settings_there_is_the_inbox_alone_and_nights_are_quiet() -> None:
    settings = Settings.load({})
    assert carriers(settings, {}.get) == {}
    assert settings.notices.quiet_hours == QuietHours(time(21), time(8))
    assert notice_domain(settings) == "127.0.0.1"


def test_what_is_set_up_is_used() -> None:
    settings = Settings.load({**MAIL, "ONEWINDOW_SMS_URL": "https://sms.example.gov/", "ONEWINDOW_QUIET_HOURS": "none"})
    assert set(carriers(settings, {}.get)) == {Channel.mail, Channel.sms}
    assert (settings.notices.mail_from, settings.notices.quiet_hours) == ("NoReply@services.example.gov", None)
    assert notice_domain(settings) == "services.example.gov"


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        pytest.param({"ONEWINDOW_SMTP_HOST": "mail.example.gov"}, "ONEWINDOW_MAIL_FROM", id="no-sender"),
        pytest.param({**MAIL, "ONEWINDOW_MAIL_FROM": "nobody"}, "ONEWINDOW_MAIL_FROM", id="sender"),
        pytest.param({"ONEWINDOW_MAIL_RETURN_PATH": "x"}, "ONEWINDOW_MAIL_RETURN_PATH", id="return-path"),
        pytest.param({"ONEWINDOW_SMTP_PORT": "0"}, "ONEWINDOW_SMTP_PORT", id="port"),
        pytest.param({"ONEWINDOW_SMTP_SECURITY": "ssl"}, "ONEWINDOW_SMTP_SECURITY", id="security"),
        pytest.param({"ONEWINDOW_SMS_URL": "sms.example.gov"}, "ONEWINDOW_SMS_URL", id="gateway"),
        pytest.param({"ONEWINDOW_QUIET_HOURS": "9pm"}, "ONEWINDOW_QUIET_HOURS", id="quiet-hours"),
    ],
)
def test_what_is_wrong_stops_the_start_and_names_the_variable(environ: dict[str, str], variable: str) -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.load(environ)
    assert variable in {place.path for place in refused.value.places}
    assert "Example:" in refused.value.places[0].message
