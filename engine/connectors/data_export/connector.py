"""Writes the files of an export: JSON first, which is whole, then a PDF to be read by people.

Where no PDF can be written (no Pango on the machine, too many pages) the export says why and has its JSON all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from engine.casework.data_export import DataExportMade, ExportBasis
from engine.connectors.contract import (
    JobOutcome,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    Success,
)
from engine.connectors.data_export.page import page_of_data
from engine.connectors.document.pdf import WrittenPdf, write_pdf
from engine.connectors.settings import set_by_the_engine
from engine.files.storage import Content, ContentStorage, StorageAway, StorageFull

Draft: TypeAlias = Callable[[str], ExportBasis | None]
Write: TypeAlias = Callable[[str], WrittenPdf]
MOST_BYTES: Final = 500_000_000


class DataExportConnector:
    """The connector `data-export`."""

    name: Final = "data-export"
    settings: Final = set_by_the_engine(
        "ow:export",
        "set by the engine alone: people ask for their data, no model does.",
        title="Data export",
        about="The engine's own: people ask for their data.",
    )

    def __init__(self, draft: Draft, storage: ContentStorage, *, write: Write = write_pdf) -> None:
        self._draft, self._storage, self._write = draft, storage, write

    def call(self, request: JobRequest) -> JobOutcome:
        """Make one export; one that is over or made needs nothing. Raises PartnerUnavailable, PartnerRefused."""
        export_id = request.variables.get("export")
        if not isinstance(export_id, str):
            raise PartnerRefused("The job says no export.", remedy="Exports are the engine's own: no model asks.")
        basis = self._draft(export_id)
        if basis is None:
            return Success()
        whole = self._put(_chunks(basis))
        pdf, fault = self._pdf(basis)
        return Success(
            effects=(
                DataExportMade(
                    export_id=export_id,
                    json_sha256=whole.sha256,
                    json_size=whole.size,
                    pdf_sha256=pdf.sha256 if pdf else None,
                    pdf_size=pdf.size if pdf else None,
                    pdf_fault=fault,
                ),
            )
        )

    def check(self) -> None:
        """Nothing is called outside; the storage and PDF are proved by their own connectors."""

    def _pdf(self, basis: ExportBasis) -> tuple[Content | None, str | None]:
        try:
            written = self._write(page_of_data(basis.data, basis.language))
        except PartnerRefused as refused:
            return None, refused.message
        return self._put(iter([written.content])), None

    def _put(self, chunks: Iterator[bytes]) -> Content:
        try:
            return self._storage.put(chunks, at_most=MOST_BYTES)
        except (StorageAway, StorageFull) as away:
            raise PartnerUnavailable(away.message, retry_after_seconds=away.retry_after_seconds) from away


def _chunks(basis: ExportBasis) -> Iterator[bytes]:
    for piece in json.JSONEncoder(ensure_ascii=False, indent=1, allow_nan=False).iterencode(basis.data):
        yield piece.encode()
