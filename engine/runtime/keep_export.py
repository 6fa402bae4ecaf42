"""The files of an export of own data become it, in the transaction of the call that wrote them."""

from __future__ import annotations

from engine.casework.consent import persons_chain
from engine.casework.data_export import DataExportMade
from engine.errors import NotFound
from engine.runtime.act import Act


def keep_export(act: Act, made: DataExportMade) -> None:
    """Keep its files; one that is over meanwhile needs none."""
    try:
        before = act.work.exports.lock(made.export_id)
    except NotFound:
        return
    now = before.made(made, act.at)
    if now is not before:
        act.work.exports.save(now)
        act.journal(persons_chain(now.account_id), "data.exported", now.id, hash=now.json_sha256)
