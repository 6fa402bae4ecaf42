"""Safety copies: the database and the files, as they were at one moment, in a folder; and back into an empty place.

backup.json          what was written, when, at which version, with the hash of every file
tables/*.jsonl.gz    the rows of every table (`engine.store.backup`)
content/aa/...       attachments and documents by their hash
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine.errors import Invalid, Refused
from engine.files.storage import ContentStorage, chunks_of
from engine.runtime.integrity import check_integrity
from engine.runtime.wiring import Runtime
from engine.store import migrate
from engine.store.backup import BackupUnreadable, Dumped, TableFile, dump_database, load_database
from onewindow import __version__

_FORM: Final = 1
_MANIFEST: Final = "backup.json"
_SHARDS: Final = tuple(f"{number:02x}" for number in range(256))
_LARGEST_CONTENT: Final = 1 << 40
Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What was written or read."""

    at: str
    version: str
    revision: str
    rows: int
    files: int
    """Attachments and documents."""
    heads: str
    """Root over the journal: a restored system has the same."""
    violations: int = 0
    """After a restore: what does not hold together (`onewindow check` lists it)."""


def back_up(url: str, storage: ContentStorage, folder: Path, tell: Tell = lambda _: None) -> BackupReport:
    """Write a backup into a folder that is empty or not there. Others may work meanwhile.

    The rows are of one moment; files that came later may be there as well. Raises Refused, Unavailable.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty.", remedy="Name a new folder; a backup never overwrites another.")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "tables").mkdir(parents=True)
    tell("tables")
    dumped = dump_database(url, part / "tables")
    tell("files")
    files = sum(1 for _ in _copy_content(storage, part / "content"))
    said = {"form": _FORM, "at": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__}
    manifest = {**said, "files": files, **asdict(dumped)}
    (part / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)  # a backup that broke off is never taken for a whole one
    return _report(manifest, dumped)


def restore(
    runtime: Runtime, url: str, storage: ContentStorage, folder: Path, tell: Tell = lambda _: None
) -> BackupReport:
    """Read a backup into an empty database and storage, bring it to this version, and check that it holds together.

    Raises BackupUnreadable, NotEmpty, Unavailable; nothing is half read.
    """
    manifest = _manifest(folder)
    tables = tuple(TableFile(**one) for one in manifest["tables"])
    dumped = Dumped(manifest["revision"], tables, manifest["heads"])
    tell("tables")
    migrate.upgrade(url, dumped.revision)
    load_database(url, folder / "tables", dumped)
    migrate.upgrade(url)
    tell("files")
    for path in _contents(folder):
        with path.open("rb") as stream:
            if storage.put(chunks_of(stream), at_most=_LARGEST_CONTENT).sha256 != path.name:
                raise BackupUnreadable(f"The file {path.name} is damaged.", remedy="Repair it from another copy.")
    tell("check")
    report = _report(manifest, dumped)
    runtime.database.check_keys()
    return BackupReport(**{**asdict(report), "violations": len(check_integrity(runtime).violations)})


def _copy_content(storage: ContentStorage, folder: Path) -> Iterator[str]:
    late = datetime.now(UTC) + timedelta(days=1)
    for shard in _SHARDS:
        for sha256 in storage.older_than(late, shard):
            path = folder / shard / sha256
            path.parent.mkdir(parents=True, exist_ok=True)
            with storage.open(sha256) as stream, path.open("wb") as out:
                shutil.copyfileobj(stream, out)
            yield sha256


def _contents(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "content").glob("*/*") if path.is_file())


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise Invalid(
            f"{folder} is no backup: {_MANIFEST} is missing.", remedy="Name the folder of a backup."
        ) from fault
    except ValueError as fault:
        raise BackupUnreadable(f"{path} cannot be read.", remedy="Take another backup.") from fault
    if not isinstance(found, dict) or found.get("form") != _FORM:
        raise BackupUnreadable(f"{path} is of another form.", remedy="Use the version of Onewindow that wrote it.")
    return found


def _report(manifest: dict[str, Any], dumped: Dumped) -> BackupReport:
    return BackupReport(
        at=manifest["at"],
        version=manifest["version"],
        revision=dumped.revision,
        rows=sum(file.rows for file in dumped.tables),
        files=manifest["files"],
        heads=dumped.heads,
    )
