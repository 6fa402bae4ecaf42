"""What an operator can set about files and documents; read by `onewindow.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.files.kinds import KINDS

S3: Final = "s3://"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """Storage, attachments, and the keys that documents are signed with."""

    place: str = ""
    """A folder, or s3://bucket/prefix; empty takes a folder beside the SQLite file, else var/files."""
    s3_endpoint: str = ""
    """Of S3-compatible storage; empty for that of AWS."""
    s3_region: str = "us-east-1"
    clamd: str = ""
    """Socket or host:port of the malware scanner; empty without one."""
    unscanned_is_taken: bool = True
    """Whether files are taken where there is no scanner."""
    attachment_bytes: int = 20_000_000
    attachment_kinds: tuple[str, ...] = tuple(KINDS)
    upload_hours: int = 24
    """After how many hours a file that no application names is removed."""
    signing_keys: Mapping[str, str] = field(default_factory=dict)
    """Path of a PKCS#12 file by agency; `*` serves every other."""
    pkcs11_module: str = ""
    """Path of the PKCS#11 module of a token with a key for every agency that has no file; empty without one."""
    pkcs11_token: str = ""
    pkcs11_key: str = ""
    timestamp_url: str = ""
    """Time-stamp service (RFC 3161) of signatures; empty signs without."""

    @property
    def is_on_s3(self) -> bool:
        """Whether content lies in a bucket."""
        return self.place.startswith(S3)
