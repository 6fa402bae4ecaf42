"""A person takes all her data with her: asked for, made by a worker, given to her alone, for seven days.

Asking and taking stand in the journal of her own acts (`person-<account>`), and asking is told in her inbox, for it may
have been somebody else in her name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from engine.casework.account_notice import AccountNews
from engine.casework.actor import SYSTEM, Actor
from engine.casework.consent import persons_chain
from engine.casework.data_export import (
    FORM_VERSION,
    KEPT_FOR,
    DataExport,
    ExportBasis,
    ExportNotReady,
)
from engine.casework.job import Job, JobKind
from engine.errors import NotFound
from engine.feel.plain import to_json
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.open_file import PDF, OpenedFile
from engine.runtime.own_accesses import all_accesses
from engine.runtime.tell_account import tell_account
from engine.runtime.wiring import Runtime
from engine.store.queries.own_data import account_of, agreements_of, cases_of, notices_of

CONNECTOR: Final = "data-export"
_RETRIES: Final = 5
_BACKOFF: Final = "PT5S,PT30S,PT2M,PT10M"


def ask_for_export(runtime: Runtime, *, by: Actor, language: str, browser: str = "") -> DataExport:
    """Let a worker make an export of the actor's data; one that is under way already is given back."""

    def change(act: Act) -> DataExport:
        act.work.accounts.actor(by.account)
        under_way = next((one for one in act.work.exports.of_account(by.account, act.at) if not one.is_ready), None)
        if under_way is not None:
            return under_way
        made = DataExport(
            id=new_key(),
            account_id=by.account,
            language=language,
            asked_at=act.at,
            expires_at=act.at + KEPT_FOR,
        )
        act.work.exports.add(made)
        act.work.jobs.enqueue_many([_job(act, made)])
        act.jobs_are_due = True
        act.journal(persons_chain(by.account), "data.export-asked", made.id)
        tell_account(act, by.account, AccountNews.data_exported, browser)
        return made

    return transact(runtime, by, change)


def own_exports(runtime: Runtime, *, by: Actor) -> Sequence[DataExport]:
    """The actor's exports that are not over, the newest first."""
    return transact(runtime, by, lambda act: act.work.exports.of_account(by.account, act.at))


def own_export(runtime: Runtime, export_id: str, *, by: Actor) -> DataExport:
    """One of them. Raises NotFound, also for somebody else's."""
    return transact(runtime, by, lambda act: act.work.exports.lock(export_id).require_of(by.account, act.at))


def open_export(runtime: Runtime, export_id: str, form: str, *, by: Actor) -> OpenedFile:
    """The file of an export as `json` or `pdf`. Raises NotFound, ExportNotReady, ContentMissing, StorageAway."""

    def change(act: Act) -> tuple[str, int]:
        found = act.work.exports.lock(export_id).require_of(by.account, act.at)
        file = (found.json_sha256, found.json_size) if form == "json" else (found.pdf_sha256, found.pdf_size)
        if file[0] is None or file[1] is None:
            raise ExportNotReady(
                found.pdf_fault or "The export is still being made.",
                remedy="Take the JSON, which is whole." if found.pdf_fault else "Ask again in a moment.",
            )
        act.journal(persons_chain(by.account), "data.export-taken", found.id, form=form)
        return file[0], file[1]

    sha256, size = transact(runtime, by, change)
    return OpenedFile(
        name=f"my-data.{form}",
        media_type="application/json" if form == "json" else PDF,
        size=size,
        sha256=sha256,
        content=runtime.storage.open(sha256),
    )


def draft_export(runtime: Runtime, export_id: str) -> ExportBasis | None:
    """What an export is made of, as it is now; None when it is over or was made. For the worker."""

    def change(act: Act) -> ExportBasis | None:
        try:
            export = act.work.exports.lock(export_id)
        except NotFound:
            return None
        if export.is_ready or export.expires_at <= act.at:
            return None
        return ExportBasis(language=export.language, data=_data(act, export))

    return transact(runtime, SYSTEM, change)


def _data(act: Act, export: DataExport) -> dict[str, Any]:
    reading, account = act.work.reading, export.account_id
    cases = cases_of(reading, account)
    for case in cases:
        case["answers"] = to_json(case["answers"])
    told = {
        "onewindow_export": FORM_VERSION,
        "made_at": act.at,
        "account": account_of(reading, account),
        "cases": cases,
        "notices": notices_of(reading, account),
        **agreements_of(reading, account),
        "accesses": [asdict(one) for one in all_accesses(act, account, export.language)],
    }
    plain = _plain(told)
    assert isinstance(plain, dict)
    return plain


def _plain(value: Any) -> Any:
    """Plain JSON: moments as RFC 3339 in UTC, amounts as texts."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    return str(value)


def _job(act: Act, export: DataExport) -> Job:
    return Job(
        id=new_key(),
        kind=JobKind.service,
        type=CONNECTOR,
        element_id=export.id,
        headers={"retryBackoff": _BACKOFF},
        payload={"export": export.id},
        due_at=act.at,
        retries=_RETRIES,
        created_at=act.at,
    )
