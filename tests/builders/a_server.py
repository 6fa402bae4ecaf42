"""A PostgreSQL server that a test has for itself, and may kill, fill or copy: `with a_postgresql_server() as folder:`.

Its commits reach the system, as they do in production; only the disk is not waited for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onewindow.bench import temporary_postgresql
from tests import postgresql
from tests.builders.waiting import until


@contextmanager
def a_postgresql_server(*options: str) -> Iterator[Path]:
    """The folder of a server that runs until the block ends; `options` are `name=value`. Skips where there is none."""
    with tempfile.TemporaryDirectory(prefix="onewindow-server-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            temporary_postgresql.start(folder, ("fsync=off", "max_connections=100", *options))
        except temporary_postgresql.NoServer as missing:
            if os.environ.get("CI"):
                pytest.fail(f"PostgreSQL is never skipped in CI, but {missing}.")
            pytest.skip(f"Not tested on PostgreSQL: {missing}.")
        try:
            yield folder
        finally:
            temporary_postgresql.stop(folder)


@contextmanager
def a_standby_of(primary: Path) -> Iterator[Path]:
    """The folder of a stand-by that follows a server, over which it has its base backup: `promote` makes it the first.

    From now on the server answers a commit only when the stand-by has it, too.
    """
    with tempfile.TemporaryDirectory(prefix="onewindow-standby-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        base_backup(primary, folder, "-R")
        temporary_postgresql.start_again(folder)
        administer(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        administer(primary, "SELECT pg_reload_conf()")
        until(lambda: administer(primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'") != [])
        try:
            yield folder
        finally:
            temporary_postgresql.stop(folder)


def promote(folder: Path) -> None:
    """Let a stand-by take no more from its server, and be written to."""
    program = temporary_postgresql._binaries(folder) / "pg_ctl"
    temporary_postgresql._run(folder, program, "promote", "-D", folder / "data", "-w")
    administer(folder, "ALTER SYSTEM RESET synchronous_standby_names")
    administer(folder, "SELECT pg_reload_conf()")


def base_backup(server: Path, folder: Path, *options: str) -> None:
    """Copy the data of a server that runs into an empty folder, from which it can be started."""
    account = temporary_postgresql._account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    for name in ("binaries", "options"):
        (folder / name).write_text((server / name).read_text(encoding="utf-8"), encoding="utf-8")
    program = temporary_postgresql._binaries(folder) / "pg_basebackup"
    temporary_postgresql._run(
        folder, program, "-h", server, "-U", temporary_postgresql.USER, "-D", folder / "data",
        "-c", "fast", "--no-sync", *options,
    )  # fmt: skip


def administer(folder: Path, statement: str) -> list[tuple[object, ...]]:
    """Run one statement at the server of a folder, outside a transaction."""
    return postgresql.administer(temporary_postgresql.url_of(folder), statement)
