"""A supervisor reads the package of an archived case. That is noted in the journal."""

from __future__ import annotations

import hashlib
import io

from engine.casework.actor import Actor
from engine.casework.look import LookKind
from engine.casework.retention import RecordErased
from engine.runtime.act import Act, transact
from engine.runtime.archive_case import PACKAGE
from engine.runtime.look import looking
from engine.runtime.open_file import OpenedFile
from engine.runtime.wiring import Runtime
from engine.store.queries.retention import Package, package_of_case


def open_package(runtime: Runtime, case_id: str, *, by: Actor) -> OpenedFile:
    """All that was taken out when the case was archived, as JSON.

    Raises NotFound (also for who does not oversee the agency), RecordErased, ContentMissing, StorageAway, NotAuthentic.
    """

    def change(act: Act) -> Package:
        found = package_of_case(act.work.reading, by, case_id)
        looking(act).at_case(LookKind.record, case_id)
        return found

    found = transact(runtime, by, change)
    with runtime.storage.open(found.sha256) as opened:
        content = runtime.database.decrypted(PACKAGE, case_id, opened.read())
    if content is None:
        raise RecordErased(found.number)
    return OpenedFile(
        name=f"{found.number}.json",
        media_type="application/json",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=io.BytesIO(content),
    )
