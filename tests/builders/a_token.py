"""A token of SoftHSM with a key and its certificate: `a_token(folder)`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from onewindow.demo_seal import sealing_key

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "1234"
_CERTIFY = """
import sys
import pkcs11
from pkcs11 import Attribute
certificate, subject = (bytes.fromhex(one) for one in sys.argv[3:5])
with pkcs11.lib(sys.argv[1]).get_token(token_label="agency").open(user_pin=sys.argv[2], rw=True) as session:
    session.create_object({
        Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.LABEL: "seal",
        Attribute.ID: b"\\x01",
        Attribute.SUBJECT: subject,
        Attribute.VALUE: certificate,
    })
"""


@dataclass(frozen=True)
class Token:
    """Where it lies."""

    configuration: Path
    """What SOFTHSM2_CONF must name."""


def a_token(folder: Path) -> Token:
    """The token `agency`: key and certificate `seal`, and a key `bare` without one."""
    configuration, keys = folder / "softhsm2.conf", folder / "tokens"
    keys.mkdir()
    configuration.write_text(f"directories.tokendir = {keys}\nobjectstore.backend = file\nlog.level = ERROR\n")
    key, certificate, _ = pkcs12.load_key_and_certificates(sealing_key("right", "Seal on a token"), b"right")
    assert key is not None
    assert certificate is not None
    pem = folder / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    environment = {**os.environ, "SOFTHSM2_CONF": str(configuration)}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, env=environment)

    run("softhsm2-util", "--init-token", "--free", "--label", "agency", "--pin", PIN, "--so-pin", "9999")
    for label, id in (("seal", "01"), ("bare", "02")):
        run("softhsm2-util", "--import", str(pem), "--token", "agency", "--label", label, "--id", id, "--pin", PIN)
    pem.unlink()
    public = certificate.public_bytes(Encoding.DER).hex(), certificate.subject.public_bytes().hex()
    run(sys.executable, "-c", _CERTIFY, LIBRARY, PIN, *public)
    return Token(configuration)
