"""A simulated mail server on a free port: `with a_mail_server() as server:`; `server.box` is what arrived."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.connectors.notice import Mail, MailServer, Security
from sandbox.mail.bounces import Postman
from sandbox.mail.box import Arrived, Box
from sandbox.mail.server import Handler
from sandbox.mail.server import MailServer as Simulated
from sandbox.mail.switch import Mode, Setting, Switch
from tests.builders.free_ports import a_free_port

HOST = "127.0.0.1"
PASSWORD = "s3cret"


@dataclass(frozen=True)
class MailServerAt:
    """A mail server and its switch."""

    port: int
    box: Box
    switch: Switch
    postman: Postman

    def set(self, mode: str, count: int | None = None) -> None:
        """Let it misbehave."""
        self.switch.set(Setting(Mode(mode), count))

    def mails(self) -> list[Arrived]:
        """The first one first."""
        return self.box.all()[::-1]

    def mail(self, **said: Any) -> Mail:
        """What hands mails to it."""
        values: dict[str, Any] = {
            "host": HOST,
            "port": self.port,
            "security": Security.none,
            "sender": "noreply@services.example.gov",
            "sender_name": "Şəhər xidmətləri",
            "seconds": 5,
            "total_seconds": 10,
        }
        return Mail(MailServer(**{**values, **said}), {"smtp-password": PASSWORD, "odd": "s3cret-ş"}.get)


@contextmanager
def a_mail_server(
    *,
    user: str | None = None,
    tls: ssl.SSLContext | None = None,
    tls_from_the_start: bool = False,
    bounce_url: str = "",
) -> Iterator[MailServerAt]:
    """One that listens until the end of the `with`."""
    box, switch, postman = Box(), Switch(), Postman(bounce_url or None, "bounce-secret", pause_seconds=0)
    port = a_free_port()
    server = Simulated(
        Handler(box, switch, postman, hang_seconds=8),
        HOST,
        port,
        user=user,
        password=PASSWORD,
        tls=tls,
        tls_from_the_start=tls_from_the_start,
    )
    server.start()
    try:
        yield MailServerAt(port, box, switch, postman)
    finally:
        switch.set(Setting())
        server.stop()


def a_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The file to trust, and the context of a server on this machine with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, whole = folder / "ca.pem", folder / "server.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    trusted.write_bytes(pem)
    whole.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + pem
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return trusted, context
