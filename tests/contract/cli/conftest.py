"""The command line over a database of its own: `onewindow("account", "list")`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from onewindow.cli import commands
from tests.builders.a_master_key import MASTER_KEY_SET

Command = Callable[..., Result]


@pytest.fixture
def onewindow(migrated_sqlite_file: Path, tmp_path: Path) -> Command:
    """Runs a command over a migrated SQLite database; `stdin` is what is typed."""
    path = tmp_path / "onewindow.db"
    with closing(sqlite3.connect(migrated_sqlite_file)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)

    def run(*arguments: str, stdin: str | None = None, **environment: str) -> Result:
        variables = {"ONEWINDOW_DATABASE_URL": f"sqlite:///{path}", **MASTER_KEY_SET, **environment}
        variables = {name: value or None for name, value in variables.items()}
        return CliRunner().invoke(commands, arguments, input=stdin, env=variables)

    return run
