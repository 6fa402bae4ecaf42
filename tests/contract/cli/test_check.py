"""`onewindow check`: whether all that is kept holds together, for people and programs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.contract.cli.conftest import Command


def test_a_fresh_database_holds_together(onewindow: Command) -> None:
    assert onewindow("migrate").exit_code == 0

    shown = onewindow("check")

    assert shown.exit_code == 0, shown.output
    assert "0 instances" in shown.stdout
    assert "All holds together." in shown.stdout


def test_what_does_not_hold_is_listed_and_ends_with_1(onewindow: Command, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "onewindow.db")) as database, database:
        database.execute("INSERT INTO journal_head (chain, seq, hash) VALUES ('deployments', 1, x'00')")

    shown, told = onewindow("check"), onewindow("check", "--json")

    assert (shown.exit_code, told.exit_code) == (1, 1), shown.output
    assert "journal-broken" in shown.stdout
    assert json.loads(told.stdout)["violations"][0]["rule"] == "journal-broken"
