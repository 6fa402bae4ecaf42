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
