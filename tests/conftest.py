"""Places for all tests: databases, fresh for every test, on SQLite and on PostgreSQL.

The server of PostgreSQL is found or started by tests/postgresql.py, once a run. Where there is none, a test is skipped
and says so; when `CI` is set, it fails.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import make_url

from tests import postgresql

# A busy machine is no fault of the code: examples have no deadline, and CI tries the same ones each time.
hypothesis.settings.register_profile("onewindow", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("onewindow")

_RUN_FOLDER = pytest.StashKey[Path]()

_BOTH_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


_IN_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder of its own; the workers of pytest-xdist use that of their controller.

    It lies in memory where there is room: the tests kill processes, never machines, and waiting for a disk at every
    commit takes a fifth of their time.
    """
    if "TMPDIR" not in os.environ and _has_room(_IN_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(_IN_MEMORY)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background, as by `make test &`: children would ignore Ctrl-C, which tests send them.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    given = getattr(config, "workerinput", {}).get("run_folder")
    config.stash[_RUN_FOLDER] = Path(given or tempfile.mkdtemp(prefix="onewindow-tests-"))


def _has_room(folder: Path) -> bool:
    """Whether programs may lie and run there, and so much that the tests write has a place."""
    try:
        found = os.statvfs(folder)
    except (OSError, AttributeError):
        return False
    may_run = not found.f_flag & getattr(os, "ST_NOEXEC", 0)
    return may_run and os.access(folder, os.W_OK) and found.f_bavail * found.f_frsize >= _ROOM_BYTES


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist the folder of the run."""
    node.workerinput["run_folder"] = str(node.config.stash[_RUN_FOLDER])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    if not hasattr(config, "workerinput") and _RUN_FOLDER in config.stash:
        folder = config.stash[_RUN_FOLDER]
        if (folder / "template").exists() and not (folder / "started").exists():
            postgresql.administer(postgresql.server_url(folder), f'DROP DATABASE IF EXISTS "{_template(folder)}"')
        postgresql.stop(folder)


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> str:
    """URL of a PostgreSQL server on which databases can be made."""
    try:
        return postgresql.server_url(pytestconfig.stash[_RUN_FOLDER])
    except postgresql.NoServer as missing:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is never skipped in CI, but {missing}.")
        pytest.skip(f"Not tested on PostgreSQL: {missing}.")


@pytest.fixture(scope="session")
def softhsm() -> None:
    """A token made of software, and what speaks to it (`scripts/token-library`)."""
    missing = [
        name
        for name, is_there in (
            ("softhsm2", bool(shutil.which("softhsm2-util"))),
            ("python-pkcs11", importlib.util.find_spec("pkcs11") is not None),
        )
        if not is_there
    ]
    if missing and os.environ.get("CI"):
        pytest.fail(f"Tokens are never skipped in CI, but {', '.join(missing)} is missing: scripts/token-library")
    if missing:
        pytest.skip(f"No tokens are tested: {', '.join(missing)} is missing. Run scripts/token-library.")


@pytest.fixture(scope="session")
def pdf_libraries() -> None:
    """Pango, and a font for the letters of documents."""
    from engine.connectors.contract import PartnerRefused
    from engine.connectors.document.pdf import check_pdf

    try:
        check_pdf()
    except PartnerRefused as missing:
        if os.environ.get("CI"):
            pytest.fail(f"PDFs are never skipped in CI, but: {missing}")
        pytest.skip(f"No PDFs are tested: {missing}")


@pytest.fixture(params=_BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a new database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'onewindow.db'}"
    else:
        yield from _new_postgresql_database(request.getfixturevalue("postgresql_server"), template="template1")


@pytest.fixture(params=_BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a new database with all tables, migrated to the newest version."""
    if request.param == "sqlite":
        path = tmp_path / "onewindow.db"
        migrated = request.getfixturevalue("migrated_sqlite_file")
        with closing(sqlite3.connect(migrated)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        yield f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgresql_server")
        yield from _new_postgresql_database(server, request.getfixturevalue("migrated_postgresql_template"))


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    from engine.store.migrate import upgrade

    path = tmp_path_factory.mktemp("migrated") / "onewindow.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql_template(pytestconfig: pytest.Config, postgresql_server: str) -> str:
    """Name of a migrated database to copy others from, made once a run."""
    from engine.store.migrate import upgrade

    folder = pytestconfig.stash[_RUN_FOLDER]
    name = _template(folder)
    with postgresql.run_lock(folder):
        if not (folder / "template").exists():
            postgresql.administer(postgresql_server, f'CREATE DATABASE "{name}"')
            upgrade(_of_server(postgresql_server, name))
            (folder / "template").touch()
    return name


def _template(folder: Path) -> str:
    return f"migrated_{folder.name}"


def _of_server(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _new_postgresql_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    postgresql.administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _of_server(server, name)
    postgresql.administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
