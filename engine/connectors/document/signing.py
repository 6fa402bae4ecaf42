"""Signs PDFs with the key of an agency, as PAdES (ETSI EN 319 142-1), by pyHanko; and reads what a signature says.

A key comes from a PKCS#12 file, or from a token by PKCS#11 where the package for it is installed. There is no default
key: an agency without one issues no document.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from engine.connectors.contract import PartnerRefused, PartnerUnavailable, SecretResolver
from engine.connectors.document.timestamps import timestamper
from engine.connectors.document.token import (
    KeyToken,
    SigningKeyUnusable,
    away,
    close_token,
    is_of_a_token,
    open_token,
)
from engine.errors import OnewindowError

__all__ = ["EVERY_AGENCY", "KeyFile", "KeyToken", "Seals", "SignatureFound", "SigningKeyMissing", "SigningKeyUnusable"]

EVERY_AGENCY: Final = "*"
_FIELD: Final = "AgencySeal"


class SigningKeyMissing(PartnerRefused):
    """An agency has no key to sign with."""

    code = "signing-key-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key with its certificates in a PKCS#12 file."""

    path: Path
    password_reference: str
    """Name of the secret that opens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFound:
    """What the signature of a PDF says."""

    is_intact: bool
    """Whether what it covers was not changed."""
    covers_all: bool
    """Whether nothing was added after it."""
    signed_by: str
    signed_at: datetime | None
    is_ours: bool
    """Whether it was made with a key of this installation."""


@dataclass(slots=True)
class Seals:
    """The keys of the agencies. Each is opened once, when it is first needed. Safe to use from several threads."""

    keys: Mapping[str, KeyFile | KeyToken]
    """By agency; `*` serves every other."""
    secret: SecretResolver
    timestamp_url: str | None = None
    """Service for time-stamps (RFC 3161); None signs without."""
    _signers: dict[str, Any] = field(default_factory=dict)
    _was_open: set[str] = field(default_factory=set)
    """Those that worked once: a token among them that does not now is away for a while."""
    _refused: dict[str, SigningKeyUnusable] = field(default_factory=dict)
    """Tokens that were never opened: tried once, for a wrong PIN locks them."""
    _stamper: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sign(self, pdf: bytes, agency: str, reason: str) -> tuple[bytes, str]:
        """The signed PDF, and whom the certificate names.

        Raises SigningKeyMissing, SigningKeyUnusable; PartnerUnavailable when the time-stamp service does not answer.
        """
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

        signer = self._signer(agency)
        about = PdfSignatureMetadata(
            field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason, name=agency
        )
        signed = io.BytesIO()
        try:
            PdfSigner(about, signer, timestamper=self._timestamper()).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(pdf)), output=signed
            )
        except OSError as fault:  # pyHanko's TimestampRequestError is one
            raise PartnerUnavailable(
                "The time-stamp service gives no time-stamp; nothing is issued without one.",
                remedy="It is tried again by itself. An operator looks at ONEWINDOW_TIMESTAMP_URL.",
                retry_after_seconds=60,
            ) from fault
        except RuntimeError as fault:
            if not is_of_a_token(fault):
                raise
            raise self._lost(agency, fault) from fault
        return signed.getvalue(), str(signer.signing_cert.subject.human_friendly)

    def check(self) -> None:
        """Open every key. Raises SigningKeyUnusable, SigningKeyMissing."""
        for agency in self.keys:
            self._signer(agency)

    def read(self, pdf: bytes) -> SignatureFound | None:
        """What the last signature of a PDF says; None when there is none, or it is no PDF."""
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.diff_analysis import ModificationLevel
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko.sign.validation.errors import SignatureValidationError
        from pyhanko_certvalidator import ValidationContext
        from pyhanko_certvalidator.errors import PathError

        logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
        logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
        try:
            embedded = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
            if not embedded:
                return None
            own = list(self._certificates())
            context = ValidationContext(trust_roots=own, allow_fetching=False)
            status = validate_pdf_signature(embedded[-1], context)
            covers = embedded[-1].evaluate_signature_coverage().name == "ENTIRE_FILE"
        except (PdfError, SigningError, SignatureValidationError, PathError, ValueError, KeyError, TypeError):
            return None
        except (RecursionError, OverflowError, AttributeError, IndexError, NotImplementedError):
            return None  # what a file made to break readers comes to
        found = status.signing_cert
        return SignatureFound(
            is_intact=bool(status.intact and status.valid),
            covers_all=covers and status.modification_level in (None, ModificationLevel.NONE),
            signed_by=str(found.subject.human_friendly),
            signed_at=status.signer_reported_dt,
            is_ours=any(found.sha256 == one.sha256 for one in own),
        )

    def _certificates(self) -> Iterator[Any]:
        """Those of the keys that can be opened in this process; a web node need not have the passwords."""
        for agency in self.keys:
            try:
                yield self._signer(agency).signing_cert
            except OnewindowError:
                continue

    def _signer(self, agency: str) -> Any:
        name = agency if agency in self.keys else EVERY_AGENCY
        if name not in self.keys:
            raise SigningKeyMissing(
                f"The agency {agency!r:.80} has no key to sign documents with; nothing is issued unsigned.",
                remedy="An operator sets ONEWINDOW_SIGNING_KEYS, then retries the incident.",
            )
        with self._lock:
            if name not in self._signers:
                key = self.keys[name]
                self._signers[name] = self._of_file(key) if isinstance(key, KeyFile) else self._of_token(name, key)
                self._was_open.add(name)
            return self._signers[name]

    def _lost(self, agency: str, fault: BaseException) -> PartnerUnavailable:
        """A token that broke off: the next attempt opens it anew."""
        name = agency if agency in self.keys else EVERY_AGENCY
        key = self.keys[name]
        assert isinstance(key, KeyToken)
        with self._lock:
            signer = self._signers.pop(name, None)
            if signer is not None:
                close_token(signer)
        return away(key, fault)

    def _of_file(self, key: KeyFile) -> Any:
        from pyhanko.sign.signers import SimpleSigner

        logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
        password = self._secret(key.password_reference)
        try:
            content = key.path.read_bytes()
        except OSError as fault:
            raise SigningKeyUnusable(
                f"The signing key {key.path} cannot be read: {fault.strerror}.",
                remedy="Correct ONEWINDOW_SIGNING_KEYS, or the rights of the file.",
            ) from fault
        try:
            return SimpleSigner.load_pkcs12_data(content, other_certs=(), passphrase=password.encode())
        except ValueError as fault:
            raise SigningKeyUnusable(
                f"The signing key {key.path} is no PKCS#12 file, or its password is another.",
                remedy=f"Correct the file, or the secret {key.password_reference}.",
            ) from fault

    def _of_token(self, name: str, key: KeyToken) -> Any:
        if name in self._refused:
            raise self._refused[name]
        try:
            return open_token(key, self._secret(key.pin_reference))
        except SigningKeyUnusable as fault:
            if name in self._was_open:
                raise away(key, fault.__cause__ or fault) from fault
            self._refused[name] = fault
            raise

    def _secret(self, name: str) -> str:
        value = self.secret(name)
        if value is None:
            raise SigningKeyUnusable(
                f"The secret {name!r:.80} of a signing key is not set.", remedy="An operator sets it and starts again."
            )
        return value

    def _timestamper(self) -> Any:
        """One for all signatures: it asks once more at first, to know how much room a time-stamp takes."""
        if self.timestamp_url is None:
            return None
        with self._lock:
            if self._stamper is None:
                self._stamper = timestamper(self.timestamp_url)
            return self._stamper
