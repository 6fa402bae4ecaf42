"""A case that has ended, with something personal in every place where a case keeps something: `a_closed_case(url, at)`.

The case itself goes the usual way. Beside what it wrote, a row is planted in every table that holds something of a
case, with `CANARY` in every text; and files with it in the storage.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text, insert, select, text

from engine.casework.case import Case
from engine.casework.retention import Retention
from engine.files.disk import DiskStorage
from engine.identity import new_key
from engine.runtime.apply import apply
from engine.runtime.integrity import check_integrity
from engine.runtime.wiring import Runtime
from engine.store.encryption import owners
from engine.store.encryption.columns import Encrypted, EncryptedJson, protected
from engine.store.repositories.retention import BOOKS, PARTS, Part
from engine.store.rows import table_of
from engine.store.tables import metadata
from engine.store.tables.base import JsonText, Moment
from engine.store.tables.webhooks import WebhookSubscription
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.a_runtime import Running, a_runtime
from tests.builders.an_actor import an_actor
from tests.builders.databases import connection_of

CANARY = "Kanareyka-7XQ2M9K"
CITIZEN = an_actor(citizen=True)
PLANTED = datetime(2026, 3, 2, 6, tzinfo=UTC)
RULE = {"archive_after": "P1Y", "erase_after": "P10Y", "legal_basis": "Law on the Archive Fund, art. 12"}
_SUBSCRIPTION = table_of(WebhookSubscription)
_NUMBERS = itertools.count(1_000)
_WORDS = ("reference", "agency", "provider_id", "tier", "legal_basis", "receipt_number", "code")
"""What the books keep: words of models, and numbers of machines."""


@dataclass(slots=True)
class Office:
    """The use cases with a storage of files, and a service whose cases end."""

    running: Running
    files: Path

    @property
    def runtime(self) -> Runtime:
        """The use cases."""
        return self.running.runtime

    def applied(self) -> Case:
        """An application whose case is under way."""
        case = apply(self.runtime, "permit", {}, by=CITIZEN)
        self.running.work_off()
        return case

    def closed(self) -> Case:
        """A case that was granted just now, with something personal everywhere."""
        case = self.applied()
        self.running.complete(case.instance_id, "check", verdict="grant", comment=CANARY)
        self.running.work_off()
        self.plant(case)
        return self.running.case(case)

    def later(self, **length: float) -> None:
        """Let time pass."""
        self.running.clock.advance(timedelta(**length))

    def plant(self, case: Case) -> None:
        """Put rows with something personal into every table that holds something of a case, and files."""
        hashes = {
            table: self.runtime.storage.put([f"{CANARY} {table} {case.id}".encode()], at_most=1_000).sha256
            for table in ("attachment", "document")
        }
        with self.runtime.database.work() as work:
            connection = connection_of(work)
            connection.execute(insert(_SUBSCRIPTION).values(_subscription_of(case)))
            for part in (*BOOKS, *reversed(PARTS)):
                row = _row_of(part, case)
                if part.table.name in hashes:
                    row["sha256"] = hashes[part.table.name]
                owner = owners.case(case.instance_id)
                connection.execute(insert(part.table).values(protected(part.table, row, owner=owner)))

    def leaks(self, *, as_read: bool = True) -> list[str]:
        """Where the canary still is: `table.column` in the database, or a file of the storage.

        As Onewindow reads it, or only as it stands there.
        """
        found = []
        with self.runtime.database.read() as connection:
            for table in metadata.sorted_tables:
                for column in table.columns:
                    if not isinstance(column.type, String | Text | LargeBinary | JsonText | Encrypted):
                        continue
                    kept = connection.execute(text(f'SELECT "{column.name}" FROM "{table.name}"')).scalars().all()
                    clear = connection.execute(select(column)).scalars() if as_read else ()
                    found += [f"{table.name}.{column.name}" for value in (*kept, *clear) if _says(value)]
        return found + [f"file {path.name}" for path in self.contents() if CANARY.encode() in path.read_bytes()]

    def check(self) -> None:
        """The invariants, of all but cases that are live: what was planted there fits nothing."""
        live = {
            row["instance_id"] for row in self.running.rows("SELECT instance_id FROM \"case\" WHERE record = 'live'")
        }
        found = [one for one in check_integrity(self.runtime).violations if one.subject.split("-")[0] not in live]
        assert [one for one in found if one.rule != "books-wrong"] == [], "planted payments were never booked"

    def contents(self) -> list[Path]:
        """All files of the storage."""
        return [path for path in self.files.rglob("*") if path.is_file()]


def an_office(url: str, files: Path, *, retention: Any = RULE, usual: Retention | None = None) -> Office:
    """The service is deployed; `usual` is what the operator says of services that say nothing."""
    running = a_runtime(url)
    runtime = replace(running.runtime, storage=DiskStorage(files, running.clock), retention=usual)
    office = Office(Running(runtime, replace(running.hands, runtime=runtime)), files)
    running = office.running
    running.deploy(a_procedure(), service_yaml=a_passport(retention=retention))
    return office


def _subscription_of(case: Case) -> dict[str, Any]:
    said = {column.name: _value(_SUBSCRIPTION, column) for column in _SUBSCRIPTION.columns}
    words = {"name": "register", "url": "https://example.gov", "types": ["*"], "agency": "city", "service": None}
    sealed = {"secret": "sealed", "former_secret": None, "reason": "", "state": "ended", "lease_owner": None}
    return said | words | sealed | {"id": f"s{case.id[1:]}"}


def _row_of(part: Part, case: Case) -> dict[str, Any]:
    row = {column.name: _value(part.table, column) for column in part.table.columns}
    row |= {name: case.instance_id for name in ("instance_id",) if name in row}
    row |= {name: case.id for name in ("case_id",) if name in row}
    return row | dict(_bound(part, case))


def _bound(part: Part, case: Case) -> Iterator[tuple[str, Any]]:
    """Keys by which the rows of a part are found through another table."""
    match part.table.name:
        case "exchange" | "job":
            yield ("job_id" if part.table.name == "exchange" else "id"), f"j{case.id[1:]}"
            if part.table.name == "job":
                yield "state", "done"
        case "attachment_piece" | "attachment":
            yield ("attachment_id" if part.table.name == "attachment_piece" else "id"), f"a{case.id[1:]}"
            if part.table.name == "attachment":
                yield "state", "clean"
        case "payment" | "refund":
            yield from ((name, f"word-{next(_NUMBERS)}") for name in _WORDS if name in part.table.c)
            yield "currency", "AZN"
            yield ("payment_id" if part.table.name == "refund" else "id"), f"p{case.id[1:]}"
            if part.table.name == "payment":
                yield "state", "paid"
        case "webhook_attempt" | "webhook_delivery" | "event":
            yield "position", int.from_bytes(case.id[-5:].encode())
            if part.table.name != "event":
                yield "subscription_id", _subscription_of(case)["id"]
        case "incident" | "task":
            yield "state", "resolved" if part.table.name == "incident" else "completed"


def _value(table: Table, column: Column[Any]) -> Any:
    if isinstance(column.type, Moment):
        return PLANTED
    if isinstance(column.type, JsonText | EncryptedJson):
        return {"name": CANARY}
    if isinstance(column.type, Encrypted):
        return f"{CANARY} {new_key()}"[: column.type.longest or 255]
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer) or column.type.python_type is int:
        return next(_NUMBERS)
    if isinstance(column.type, LargeBinary):
        return CANARY.encode()
    if column.primary_key or column.name in ("id", "job_id") or (column.type.length or 99) <= 26:
        length = column.type.length or 26
        return new_key()[-length:]
    return f"{CANARY} {new_key()}"[: column.type.length or 255]


def _says(value: Any) -> bool:
    return CANARY.encode() in bytes(value) if isinstance(value, bytes | memoryview) else CANARY in str(value)
