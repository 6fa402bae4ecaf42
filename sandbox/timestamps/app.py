"""The service and its switches as one Flask application."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask import Flask, Response, jsonify, request
from pyhanko.sign.timestamps import DummyTimeStamper

NAME = "Time-stamp service (simulated): of no legal force"
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_LIFE = timedelta(days=3650)


class Mode(StrEnum):
    """What a caller meets."""

    ok = "ok"
    fail = "fail"
    """503."""
    refuse = "refuse"
    """A proper answer without a time-stamp: PKIStatus `rejection` (RFC 3161, 2.4.2)."""
    garbage = "garbage"
    """An answer that says it is one and is none."""
    hang = "hang"
    """No answer for 120 s, or until a switch is set."""


@dataclass
class Switch:
    """How it behaves now, and how many time-stamps it gave. Safe to use from several threads."""

    mode: Mode = Mode.ok
    count: int | None = None
    """Calls left before the mode is `ok` again; None: until changed."""
    given: int = 0
    asked: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def set(self, mode: Mode, count: int | None) -> None:
        """Change it; calls that hang are let go."""
        with self._changed:
            self.mode, self.count = mode, count
            self._changed.notify_all()

    def take(self) -> Mode:
        """The mode the next call meets; counts it down."""
        with self._changed:
            self.asked += 1
            met = self.mode
            if self.count is not None:
                self.count -= 1
                if self.count <= 0:
                    self.mode, self.count = Mode.ok, None
            return met

    def gave(self) -> None:
        """One more."""
        with self._changed:
            self.given += 1

    def wait_for_change(self, seconds: float) -> None:
        """Block until somebody changes the setting, at most so long."""
        with self._changed:
            self._changed.wait(timeout=seconds)

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {"mode": self.mode, "count": self.count, "given": self.given, "asked": self.asked}


def create_app(*, hang_seconds: float = 120) -> Flask:
    """The service, with a key of its own that nobody trusts."""
    app = Flask("sandbox.timestamps")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    switch, stamper = Switch(), _stamper()

    @app.post("/")
    def stamp() -> Response:
        mode = switch.take()
        if mode is Mode.hang:
            switch.wait_for_change(hang_seconds)
        if mode is Mode.fail:
            return Response("The service is down; it was told to fail.", 503, content_type="text/plain")
        if mode is Mode.garbage:
            return Response(b"\xff<html>", 200, content_type=_REPLY)
        if request.content_type != _QUERY:
            return Response(f"Send a body of type {_QUERY}.", 415, content_type="text/plain")
        if mode is Mode.refuse:
            return _rejection()
        try:
            asked = tsp.TimeStampReq.load(request.get_data(), strict=True)
            answer = stamper.request_tsa_response(asked)
        except (ValueError, KeyError, TypeError):
            return _rejection()
        switch.gave()
        return Response(answer.dump(), 200, content_type=_REPLY)

    @app.get("/_control")
    def show() -> Response:
        return jsonify(switch.told())

    @app.post("/_control")
    def change() -> Response:
        said = request.get_json(silent=True)
        mode = said.get("mode", "ok") if isinstance(said, dict) else None
        count = said.get("count") if isinstance(said, dict) else None
        if mode not in list(Mode) or not (count is None or (type(count) is int and 0 < count <= 1_000_000)):
            return Response(f"mode is one of {', '.join(Mode)}, count a number from 1.", 422, content_type="text/plain")
        switch.set(Mode(mode), count)
        return jsonify(switch.told())

    return app


def _rejection() -> Response:
    """A TimeStampResp of its status alone, as one without a time-stamp is (RFC 3161, 2.4.2); a short one."""
    status = tsp.PKIStatusInfo({"status": "rejection"}).dump()
    return Response(bytes([0x30, len(status)]) + status, 200, content_type=_REPLY)


def _stamper() -> DummyTimeStamper:
    """Signs whatever it is asked to, at the present moment."""
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        tsa_key=keys.PrivateKeyInfo.load(plain),
    )
