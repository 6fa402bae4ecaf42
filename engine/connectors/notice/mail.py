"""Hands a mail to the agency's mail server (SMTP, RFC 5321; submission with STARTTLS or TLS, RFC 8314).

SMTP cannot tell whether a mail was taken when the connection breaks after the last byte: it is handed over again, under
the same Message-ID (of the delivery's key), by which mailboxes know a mail they have. What the server says of the
recipient or the text is the delivery's end; what it says of us, or that may pass, is a fault of the call.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from enum import StrEnum
from typing import Final

from engine.casework.calendar_file import FILE_NAME, calendar_file, method_of
from engine.casework.notice import Letter
from engine.connectors.contract import PartnerRefused, PartnerUnavailable, SecretResolver

_ENHANCED: Final = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_ABOUT_US: Final = frozenset({500, 501, 502, 503, 504, 530, 532, 534, 535, 538})
"""Replies to a recipient that speak of us: commands out of order, a sign-in that is missing."""
_REMEDY: Final = "An operator compares ONEWINDOW_SMTP_* and ONEWINDOW_MAIL_* with the mail server, then retries."


class Security(StrEnum):
    """How the connection is kept secret."""

    starttls = "starttls"
    tls = "tls"
    none = "none"
    """For a server on the same machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The mail server, and whom mail comes from."""

    host: str
    port: int = 587
    security: Security = Security.starttls
    user: str = ""
    """Empty signs in nobody."""
    password_reference: str = "smtp-password"  # noqa: S105 (the name of a secret)
    sender: str
    """The address mail comes from."""
    sender_name: str = "Onewindow"
    return_path: str = ""
    """Where bounces go: of `bounces@example.gov` each mail has its own, `bounces+<key>@...`. Empty: the sender."""
    ca_file: str = ""
    """Certificates that are trusted; empty for those of the system."""
    seconds: float = 15
    """For one answer of the server."""
    total_seconds: float = 40
    """For a whole mail; less than a job's lease."""

    @property
    def domain(self) -> str:
        """Of the sender: Message-IDs and UIDs end in it."""
        return self.sender.rpartition("@")[2]

    def envelope_sender(self, delivery_id: str) -> str:
        """Where the bounce of one delivery goes."""
        if not self.return_path:
            return self.sender
        local, _, domain = self.return_path.rpartition("@")
        return f"{local}+{delivery_id}@{domain}"


class NotDelivered(Exception):
    """The partner will never take this: the fault of the address or the text. Ends the delivery, not the job."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


class Mail:
    """Sends mails through one server. Safe to use from several threads."""

    def __init__(self, server: MailServer, secret: SecretResolver) -> None:
        self._server, self._secret = server, secret

    def send(self, letter: Letter) -> str:
        """Hand one over; gives its Message-ID. Raises NotDelivered, PartnerUnavailable, PartnerRefused."""
        message = mail_of(letter, self._server)
        self.post(message, letter.delivery.address, letter.delivery.id)
        return str(message["Message-ID"])

    def post(self, message: EmailMessage, to: str, id: str) -> None:
        """Hand over any message; bounces of it come back under its id. Raises what `send` raises."""
        with self._connected() as connection:
            self._hand_over(connection, message, to, id)

    def check(self) -> None:
        """Connect, sign in, and leave. Raises PartnerUnavailable, PartnerRefused."""
        with self._connected() as connection:
            connection.noop()

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage, to: str, id: str) -> None:
        knows_bounces = connection.has_extn("dsn")
        try:
            connection.sendmail(
                self._server.envelope_sender(id),
                [to],
                message.as_bytes(policy=MAIL_POLICY),
                mail_options=["RET=HDRS", f"ENVID={id}"] if knows_bounces else [],
                rcpt_options=["NOTIFY=FAILURE"] if knows_bounces else [],
            )
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            enhanced = _enhanced(code, said)
            if code in _ABOUT_US or enhanced.startswith("5.7."):
                raise _refused(f"does not take mail for others from us (reply {enhanced})") from refused
            raise _not_taken(code, said) from refused
        except smtplib.SMTPDataError as refused:
            raise _not_taken(refused.smtp_code, refused.smtp_error) from refused

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection that is signed in, cut off when it takes too long."""
        connection = None
        try:
            connection = self._open()
            with _cut_after(self._server.total_seconds, connection):
                self._sign_in(connection)
                yield connection
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    connection.quit()  # the mail was taken: how we part changes nothing
        except ssl.SSLCertVerificationError as fault:
            raise _refused(f"shows no certificate that is trusted here ({fault.verify_message})") from fault
        except smtplib.SMTPAuthenticationError as refused:
            raise _by_code(refused.smtp_code, "does not let us sign in") from refused
        except smtplib.SMTPNotSupportedError as fault:
            raise _refused("does not know what the settings ask for (STARTTLS, or sign-in)") from fault
        except smtplib.SMTPResponseException as refused:
            raise _by_code(refused.smtp_code, "does not take mail from us") from refused
        except (smtplib.SMTPException, OSError) as fault:
            raise PartnerUnavailable(
                f"The mail server cannot be reached, or broke off ({type(fault).__name__}).", retry_after_seconds=30
            ) from fault
        finally:
            if connection is not None:
                connection.close()

    def _open(self) -> smtplib.SMTP:
        server = self._server
        # Without a name of its own smtplib asks the resolver, which may take longer than the mail.
        if server.security is Security.tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, server.domain, timeout=server.seconds, context=self._context()
            )
        return smtplib.SMTP(server.host, server.port, server.domain, timeout=server.seconds)

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self._server.security is Security.starttls:
            connection.starttls(context=self._context())
            connection.ehlo()
        if self._server.user:
            reference = self._server.password_reference
            password = self._secret(reference)
            if password is None:
                raise PartnerRefused(f"The secret {reference!r:.80} of the mail server is not set.", remedy=_REMEDY)
            if not (password + self._server.user).isascii():
                raise PartnerRefused(
                    "A mail server's user and password must be plain ASCII here.", remedy="Choose another password."
                )
            connection.login(self._server.user, password)

    def _context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self._server.ca_file or None)
        except OSError as fault:
            raise PartnerRefused(
                "The certificates of ONEWINDOW_SMTP_CA cannot be read.", remedy="Name a file in PEM form."
            ) from fault
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def mail_of(letter: Letter, server: MailServer) -> EmailMessage:
    """The mail of a letter: the same, however often it is made."""
    notice, delivery = letter.notice, letter.delivery
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = Address(server.sender_name, addr_spec=server.sender)
    message["To"] = Address(addr_spec=delivery.address)
    message["Subject"] = notice.subject
    message["Date"] = notice.created_at
    message["Message-ID"] = f"<{delivery.id}@{server.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is told to us
    message.set_content(notice.text, cte="quoted-printable")
    appointment = calendar_file(notice, server.domain)
    if appointment is not None:
        message.add_attachment(
            appointment.decode("utf-8"),
            subtype="calendar",
            filename=FILE_NAME,
            params={"method": method_of(notice)},
            cte="base64",
        )
    message["Content-Language"] = notice.language  # last: each content that is set takes Content-* away
    return message


@contextmanager
def _cut_after(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Break a connection off after a while: a server that drips one byte a second is in time for every answer."""

    def cut() -> None:
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _not_taken(code: int, said: bytes | str) -> NotDelivered | PartnerUnavailable:
    enhanced = _enhanced(code, said)
    if 500 <= code < 600:
        return NotDelivered(enhanced, _text(said))
    return PartnerUnavailable(f"The mail server does not take the mail now (reply {enhanced}).", retry_after_seconds=30)


def _by_code(code: int, what: str) -> PartnerRefused | PartnerUnavailable:
    if 500 <= code < 600:
        return _refused(f"{what} (reply {code})")
    return PartnerUnavailable(f"The mail server {what} now (reply {code}).", retry_after_seconds=30)


def _refused(what: str) -> PartnerRefused:
    return PartnerRefused(f"The mail server {what}.", remedy=_REMEDY)


def _enhanced(code: int, said: bytes | str) -> str:
    """The enhanced status code (RFC 3463) of a reply, else the plain one."""
    found = _ENHANCED.match(_text(said))
    return found.group(1) if found else str(code)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
