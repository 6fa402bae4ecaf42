"""Fault matrix, rows 1, 3 and 9 together: web, workers and the database are killed under load, and nothing is lost.

`make soak` rages longer: ONEWINDOW_SOAK_KILLS processes on each database.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.migrate import upgrade
from onewindow.bench import temporary_postgresql
from tests.builders.a_partner import Partner
from tests.builders.a_storm import Storm

KILLS = int(os.environ.get("ONEWINDOW_SOAK_KILLS", "20"))
RESTART_EVERY = (5.0, 40.0) if "ONEWINDOW_SOAK_KILLS" in os.environ else (2.0, 5.0)
SEED = int(os.environ.get("ONEWINDOW_SOAK_SEED", "7"))


@pytest.fixture
def postgresql_of_its_own() -> Iterator[Path]:
    """A server that may be killed: nobody else uses it. Its commits reach the system, as they do in production."""
    with tempfile.TemporaryDirectory(prefix="onewindow-storm-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            temporary_postgresql.start(folder, ("fsync=off", "max_connections=100"))
        except temporary_postgresql.NoServer as missing:
            if os.environ.get("CI"):
                pytest.fail(f"PostgreSQL is never skipped in CI, but {missing}.")
            pytest.skip(f"Not tested on PostgreSQL: {missing}.")
        yield folder
        temporary_postgresql.stop(folder)


def rage(storm: Storm) -> None:
    """Let it rage, and hold it to its counts."""
    try:
        report = storm.rage(KILLS, RESTART_EVERY)
    finally:
        storm.close()
    print(f"\n{report}")  # noqa: T201 (make soak shows it)
    assert report.acknowledged >= 10
    assert (report.acknowledged - report.kept, report.doubled, report.dead) == (0, 0, 0), str(report)


def test_a_storm_over_sqlite_loses_and_doubles_nothing(
    migrated_sqlite_file: Path, tmp_path: Path, partner: Partner
) -> None:
    path = tmp_path / "storm.db"
    path.write_bytes(migrated_sqlite_file.read_bytes())

    rage(Storm(f"sqlite:///{path}", partner, SEED))


@pytest.mark.postgresql
def test_a_storm_over_postgresql_that_crashes_too_loses_and_doubles_nothing(
    postgresql_of_its_own: Path, partner: Partner
) -> None:
    url = temporary_postgresql.url_of(postgresql_of_its_own)
    upgrade(url)

    rage(Storm(url, partner, SEED, lambda: temporary_postgresql.crash_and_restart(postgresql_of_its_own)))
