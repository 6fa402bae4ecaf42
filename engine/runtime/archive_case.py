"""The record of a closed case leaves the tables of daily work: it becomes one package in the storage of files.

The package is JSON: all rows of the case by table, its entries of the journal, and the hashes of its files, which lie
beside it in the same storage. It is encrypted under the key of the case, and named by the hash of that. It is written
before the transaction that takes the rows out, and made again under the lock there: only when both are the same are
rows taken out. A kill in between leaves the case as it was, and a package that nothing holds, which the collection of
garbage removes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.retention import RecordState
from engine.runtime.act import Act, transact
from engine.runtime.erase_case import facts_of
from engine.runtime.wiring import Runtime
from engine.store.encryption import owners
from engine.store.unit_of_work import UnitOfWork

FORMAT: Final = 1
_MOST_BYTES: Final = 1_000_000_000
_FILES: Final = (("attachment", "length"), ("document", "size"))
_NOT_OF_THE_RECORD: Final = {"case": ("retain_at", "archive_at", "erase_at"), "instance": ("case_key",)}
PACKAGE: Final = "case_record.package"
"""The place that packages are bound to, with the case."""


def archive_case(runtime: Runtime, instance_id: str) -> bool:
    """Archive a case; gives whether it was: not when it changed meanwhile. Raises StorageAway, StorageFull."""
    with runtime.database.work() as work:
        record = work.instances.lock(instance_id)
        assert record.case is not None
        written = _package(work, record.case)
    kept = runtime.database.encrypted(PACKAGE, record.case.id, owners.case(instance_id), written)
    content = runtime.storage.put([kept], at_most=_MOST_BYTES)

    def change(act: Act) -> bool:
        record = act.work.instances.lock(instance_id)
        case = record.case
        if case is None or case.record is not RecordState.live or record.is_active:
            return False
        if _package(act.work, case) != written:
            return False
        facts = {"archived_at": act.at, "package": content.sha256, "package_bytes": content.size}
        act.work.records.archive(case, {**facts_of(case), **facts})
        act.journal(record.id, "case.archived", case.id, package=content.sha256)
        act.work.journal.append(record, act.entries(record.id))
        record.visits = 0
        act.work.instances.save(record, {})
        return True

    return transact(runtime, SYSTEM, change)


def _package(work: UnitOfWork, case: Case) -> bytes:
    rows = work.records.rows(case)
    for table, names in _NOT_OF_THE_RECORD.items():
        for row in rows[table]:
            for name in names:
                del row[name]
    return package_of(str(case.number), rows)


def package_of(number: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The package of a case: the same bytes for the same rows."""
    files = [
        {"of": table, "id": row["id"], "sha256": row["sha256"], "size": row[size]}
        for table, size in _FILES
        for row in rows.get(table, ())
        if row["sha256"]
    ]
    said = {"onewindow_case": FORMAT, "number": number, "files": files, "tables": rows}
    return json.dumps(said, default=_plain, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _plain(value: Any) -> str:
    """What JSON has no words for: moments, and bytes as base64."""
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(bytes(value)).decode()
