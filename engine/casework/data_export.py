"""An export of a person's own data: asked for by her, made by a worker, kept for a few days.

Source: GDPR, art. 15 (3) and 20.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from engine.casework.job import Effect
from engine.errors import NotFound, Refused

KEPT_FOR: Final = timedelta(days=7)
"""A file with all data of a person does not lie about for longer."""
FORM_VERSION: Final = 1
"""Of the JSON; stands in it as `onewindow_export`."""


class ExportNotReady(Refused):
    """The export is still being made, or this part of it could not be."""

    code = "export-not-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExport:
    """One export."""

    id: str
    account_id: str
    language: str
    asked_at: datetime
    expires_at: datetime
    ready_at: datetime | None = None
    json_sha256: str | None = None
    json_size: int | None = None
    pdf_sha256: str | None = None
    pdf_size: int | None = None
    pdf_fault: str | None = None
    """Why there is no PDF, where it could not be written; the JSON is whole all the same."""

    @property
    def is_ready(self) -> bool:
        """Whether it was made."""
        return self.ready_at is not None

    def require_of(self, account: str, now: datetime) -> DataExport:
        """Raises NotFound for everybody else, and once it is over."""
        if self.account_id != account or self.expires_at <= now:
            raise NotFound.of("export", self.id)
        return self

    def made(self, effect: DataExportMade, at: datetime) -> DataExport:
        """The export with its files; one that was made before stays as it is."""
        if self.is_ready:
            return self
        return replace(
            self,
            ready_at=at,
            json_sha256=effect.json_sha256,
            json_size=effect.json_size,
            pdf_sha256=effect.pdf_sha256,
            pdf_size=effect.pdf_size,
            pdf_fault=effect.pdf_fault,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBasis:
    """What an export is made of."""

    language: str
    data: dict[str, Any]
    """Plain JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExportMade(Effect):
    """The files of an export are kept."""

    export_id: str
    json_sha256: str
    json_size: int
    pdf_sha256: str | None
    pdf_size: int | None
    pdf_fault: str | None = None
