"""A key of its own for the demonstration that `onewindow run` starts, so that it can issue documents.

Made once, under the folder of the database; nobody trusts it, and its certificate says so. `serve` and `worker` never
make one: without a key that an operator set, nothing is issued.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from engine.audit import SealKey

_LIFE: Final = timedelta(days=3650)


def demo_seal(folder: Path) -> tuple[Path, Path]:
    """The files of the key and of its password, made when they are not there; only their owner can read them."""
    key_file, password_file = folder / "demo-seal.p12", folder / "demo-seal.password"
    if not (key_file.exists() and password_file.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        password = secrets.token_urlsafe(24)
        _write(password_file, password.encode())
        _write(key_file, sealing_key(password, "Onewindow demonstration seal: of no legal force"))
    return key_file, password_file


def demo_journal_seal(folder: Path) -> Path:
    """The file of the key that seals over the journal are signed with, made when it is not there."""
    file = folder / "demo-journal-seal.pem"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, SealKey.made().pem())
    return file


def demo_webhook_seal(folder: Path) -> Path:
    """The file of the seal under which secrets of webhooks are kept, made when it is not there."""
    return _sealing_text(folder / "demo-webhooks.seal")


def demo_factor_seal(folder: Path) -> Path:
    """The file of the seal under which secrets of authenticator apps are kept, made when it is not there."""
    return _sealing_text(folder / "demo-factors.seal")


def demo_master_key(file: Path) -> Path:
    """The file of the master key that personal data are encrypted under, made when it is not there."""
    return _sealing_text(file)


def _sealing_text(file: Path) -> Path:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, secrets.token_urlsafe(48).encode())
    return file


def sealing_key(password: str, name: str) -> bytes:
    """A fresh PKCS#12 file: a key on curve P-256 with a certificate that it signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, None, BestAvailableEncryption(password.encode())
    )


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
