"""Mail over real SMTP on this machine: once under its Message-ID; each refusal means what it says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from engine.connectors.contract import PartnerRefused, PartnerUnavailable
from engine.connectors.notice import Security
from engine.connectors.notice.mail import NotDelivered
from tests.builders.a_mail_server import HOST, MailServerAt, a_certificate, a_mail_server
from tests.builders.a_notice import APPOINTMENT, AT, a_letter
from tests.builders.free_ports import a_free_port


@pytest.fixture
def server() -> Iterator[MailServerAt]:
    """The simulated mail server."""
    with a_mail_server() as listening:
        yield listening


def test_a_mail_says_who_what_and_when_in_every_script(server: MailServerAt) -> None:
    letter = a_letter()

    message_id = server.mail().send(letter)

    (arrived,) = server.mails()
    message = arrived.message
    assert message_id == arrived.message_id == f"<{letter.delivery.id}@services.example.gov>"
    assert (arrived.sender, arrived.recipients) == ("noreply@services.example.gov", ["rashad@example.az"])
    assert message["Subject"] == "Qərar qəbul edildi: ərizəniz təmin olunub"
    assert message["From"] == "Şəhər xidmətləri <noreply@services.example.gov>"
    assert message["To"] == "rashad@example.az"
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("az", "auto-generated")
    assert parsedate_to_datetime(message["Date"]) == AT
    assert message.get_content().replace("\r\n", "\n").strip() == letter.notice.text
    assert arrived.content.isascii()
    assert arrived.envelope_id == letter.delivery.id


def test_an_appointment_is_attached_as_a_calendar_file(server: MailServerAt) -> None:
    server.mail().send(a_letter(appointment=APPOINTMENT))

    (file,) = server.mails()[0].told(whole=True)["attachments"]
    assert (file["name"], file["type"]) == ("appointment.ics", "text/calendar")
    assert "BEGIN:VEVENT" in file["content"]
    (part,) = server.mails()[0].message.iter_attachments()
    assert part["Content-Type"].params["method"] == "PUBLISH"


def test_each_mail_has_a_return_path_of_its_own_where_one_is_set(server: MailServerAt) -> None:
    letter = a_letter()
    server.mail(return_path="bounces@example.gov").send(letter)
    assert server.mails()[0].sender == f"bounces+{letter.delivery.id}@example.gov"


@pytest.mark.parametrize(("mode", "code"), [("refuse", "5.1.1"), ("content", "5.6.0")])
def test_a_refusal_for_good_ends_the_delivery_with_its_code(server: MailServerAt, mode: str, code: str) -> None:
    server.set(mode)
    with pytest.raises(NotDelivered) as refused:
        server.mail().send(a_letter())
    assert refused.value.code == code
    assert refused.value.reason
    assert server.mails() == []


def test_a_refusal_for_now_is_repeated(server: MailServerAt) -> None:
    server.set("later")
    with pytest.raises(PartnerUnavailable, match=r"4\.2\.1"):
        server.mail().send(a_letter())


def test_a_refusal_of_us_is_for_the_operator(server: MailServerAt) -> None:
    server.set("relay")
    with pytest.raises(PartnerRefused, match=r"5\.7\.1") as refused:
        server.mail().send(a_letter())
    assert "rashad" not in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize("mode", ["hang", "drop"])
def test_a_mail_that_was_taken_without_an_answer_is_known_by_its_message_id(server: MailServerAt, mode: str) -> None:
    letter = a_letter()
    server.set(mode, count=1)
    with pytest.raises(PartnerUnavailable):
        server.mail(seconds=0.5).send(letter)

    server.set("ok")
    server.mail().send(letter)

    (arrived,) = server.mails()
    assert arrived.times == 2


def test_a_server_that_is_away_is_asked_again() -> None:
    away = MailServerAt(a_free_port(), None, None, None)  # type: ignore[arg-type]
    with pytest.raises(PartnerUnavailable):
        away.mail().send(a_letter())
    with pytest.raises(PartnerUnavailable):
        away.mail().check()


def test_a_server_that_drips_is_cut_off() -> None:
    with socket.create_server((HOST, 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 sandbox\r\n250-")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        slow = MailServerAt(listening.getsockname()[1], None, None, None)  # type: ignore[arg-type]
        begun = time.monotonic()
        with pytest.raises(PartnerUnavailable):
            slow.mail(seconds=0.5, total_seconds=1).send(a_letter())
        assert time.monotonic() - begun < 4
        stop.set()
        thread.join(5)


@pytest.mark.parametrize("security", [Security.starttls, Security.tls])
def test_mail_goes_over_tls_to_a_server_that_is_trusted(security: Security, tmp_path: Path) -> None:
    trusted, context = a_certificate(tmp_path)
    user = "onewindow" if security is Security.starttls else ""
    with a_mail_server(user=user or None, tls=context, tls_from_the_start=security is Security.tls) as server:
        mail = server.mail(security=security, ca_file=str(trusted), user=user)
        mail.check()
        mail.send(a_letter())
        assert len(server.mails()) == 1


@pytest.mark.parametrize("security", [Security.starttls, Security.tls])
def test_a_certificate_that_is_not_trusted_is_for_the_operator(security: Security, tmp_path: Path) -> None:
    _, context = a_certificate(tmp_path)
    with a_mail_server(tls=context, tls_from_the_start=security is Security.tls) as server:
        with pytest.raises(PartnerRefused, match="certificate"):
            server.mail(security=security).send(a_letter())
        assert server.mails() == []


def test_a_server_without_tls_gets_no_mail_where_it_is_asked_for(server: MailServerAt) -> None:
    with pytest.raises(PartnerRefused, match="STARTTLS"):
        server.mail(security=Security.starttls).send(a_letter())


def test_a_wrong_password_and_a_missing_one_are_for_the_operator(tmp_path: Path) -> None:
    trusted, context = a_certificate(tmp_path)
    with a_mail_server(user="onewindow", tls=context) as server:
        said = {"security": Security.starttls, "ca_file": str(trusted)}
        with pytest.raises(PartnerRefused, match="sign in"):
            server.mail(**said, user="somebody").send(a_letter())
        with pytest.raises(PartnerRefused, match="'other'"):
            server.mail(**said, user="onewindow", password_reference="other").send(a_letter())
        with pytest.raises(PartnerRefused, match="ASCII"):
            server.mail(**said, user="onewindow", password_reference="odd").send(a_letter())
        with pytest.raises(PartnerRefused):
            server.mail(**said).send(a_letter())


def test_certificates_that_cannot_be_read_are_for_the_operator(server: MailServerAt, tmp_path: Path) -> None:
    with pytest.raises(PartnerRefused, match="ONEWINDOW_SMTP_CA"):
        server.mail(security=Security.starttls, ca_file=str(tmp_path / "none.pem")).check()
