"""Makes storage, rules of attachments, seals and the two connectors of files out of settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from engine.casework.document import Reservation
from engine.clock import Clock
from engine.connectors.contract import Connector, SecretResolver
from engine.connectors.data_export import DataExportConnector
from engine.connectors.document import DocumentConnector
from engine.connectors.document.signing import EVERY_AGENCY, KeyFile, KeyToken, Seals
from engine.connectors.malware_scan import MalwareScanConnector
from engine.files.clamd import Clamd
from engine.files.disk import DiskStorage
from engine.files.s3 import Bucket, S3Storage
from engine.files.storage import ContentStorage
from engine.runtime.export_own_data import draft_export
from engine.runtime.reserve_document import WantedDocument, reserve_document
from engine.runtime.wiring import FileRules, Runtime
from onewindow.file_settings import S3
from onewindow.settings import Settings

SIGNING_PASSWORD: Final = "signing-password"  # noqa: S105 (the name of a secret)
PKCS11_PIN: Final = "pkcs11-pin"


def file_storage(settings: Settings, clock: Clock) -> ContentStorage:
    """Where content is kept. Raises StorageExtraMissing."""
    said = settings.files
    if said.is_on_s3:
        bucket, _, prefix = said.place.removeprefix(S3).strip("/").partition("/")
        access, secret = settings.secrets.get("s3-access-key"), settings.secrets.get("s3-secret-key")
        return S3Storage(
            Bucket(
                name=bucket,
                prefix=prefix,
                endpoint=said.s3_endpoint or None,
                region=said.s3_region,
                access_key=access.value if access else None,
                secret_key=secret.value if secret else None,
            )
        )
    return DiskStorage(files_folder(settings), clock)


def files_folder(settings: Settings) -> Path:
    """The folder of the settings; beside the SQLite file where none is said."""
    if settings.files.place:
        return Path(settings.files.place)
    if settings.is_sqlite:
        return Path(settings.database_url.removeprefix("sqlite:///")).parent / "files"
    return Path("var/files")


def file_rules(settings: Settings) -> FileRules:
    """What may be sent."""
    said = settings.files
    return FileRules(
        most_bytes=said.attachment_bytes,
        kinds=frozenset(said.attachment_kinds),
        is_scanned=bool(said.clamd),
        unscanned_is_taken=said.unscanned_is_taken,
        most_loose_bytes=10 * said.attachment_bytes,
        life=timedelta(hours=said.upload_hours),
    )


def seals(settings: Settings, secret: SecretResolver) -> Seals:
    """The keys of the agencies; none is opened."""
    said = settings.files
    keys: dict[str, KeyFile | KeyToken] = {
        agency: KeyFile(
            path=Path(path),
            password_reference=f"{agency}-{SIGNING_PASSWORD}"
            if f"{agency}-{SIGNING_PASSWORD}" in settings.secrets
            else SIGNING_PASSWORD,
        )
        for agency, path in said.signing_keys.items()
    }
    if said.pkcs11_module:
        keys.setdefault(
            EVERY_AGENCY,
            KeyToken(
                library=said.pkcs11_module, token=said.pkcs11_token, key=said.pkcs11_key, pin_reference=PKCS11_PIN
            ),
        )
    return Seals(keys=keys, secret=secret, timestamp_url=said.timestamp_url or None)


def file_connectors(
    settings: Settings, storage: ContentStorage, keys: Seals, runtime: Callable[[], Runtime]
) -> list[Connector]:
    """The connectors `document`, `malware-scan` and `data-export`; `runtime` is asked when a document is written."""

    def reserve(*, job_id: str, template: str, language: str | None, outcome: str | None) -> Reservation:
        wanted = WantedDocument(job_id=job_id, template=template, language=language, outcome=outcome)
        return reserve_document(runtime(), wanted)

    scanner = Clamd(settings.files.clamd) if settings.files.clamd else None
    return [
        DocumentConnector(reserve, storage, keys, partial(verify_url, settings.address)),
        MalwareScanConnector(storage, scanner),
        DataExportConnector(lambda export_id: draft_export(runtime(), export_id), storage),
    ]


def verify_url(address: str, code: str) -> str:
    """The public address that verifies a document: what its QR code leads to."""
    return f"{address}/api/v1/verify/{code}"
