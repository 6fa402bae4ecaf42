"""`onewindow keys` and `onewindow account erase`: what an operator does with keys."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.a_master_key import TEXT
from tests.contract.cli.conftest import Command

BOTH = {"ONEWINDOW_SECRET_MASTER_KEY_2027": TEXT[::-1], "ONEWINDOW_MASTER_KEY": "master-key-2027"}


def added(onewindow: Command, *names: str) -> None:
    for name in names:
        made = onewindow("account", "add", name, "--shown-name", name.title(), "--citizen", "--token-only")
        assert made.exit_code == 0, made.output


def test_a_fresh_database_is_whole(onewindow: Command) -> None:
    added(onewindow, "aysel")

    said = onewindow("keys", "status")

    assert said.exit_code == 0, said.output
    assert "All personal data are encrypted" in said.output
    assert "master-key: 2 keys" in said.output


def test_a_new_master_key_takes_over(onewindow: Command) -> None:
    added(onewindow, "aysel", "rauf")

    before = json.loads(onewindow("keys", "status", "--json", **BOTH).stdout)
    moved = onewindow("keys", "rotate", "--batch", "2", **BOTH)
    after = json.loads(onewindow("keys", "status", "--json", **BOTH).stdout)

    assert (before["current"], before["keys"]) == ("master-key-2027", {"master-key": 3})
    assert "3 keys were wrapped with master-key-2027; it wraps 3 now." in moved.stdout
    assert after["keys"] == {"master-key-2027": 3}
    assert TEXT not in moved.output
    listed = onewindow("account", "list", **BOTH, ONEWINDOW_SECRET_MASTER_KEY="")
    assert "Aysel" in listed.output


def test_two_master_keys_need_a_word_which_is_the_current_one(onewindow: Command) -> None:
    said = onewindow("account", "list", ONEWINDOW_SECRET_MASTER_KEY_2027=TEXT[::-1])

    assert said.exit_code != 0
    assert "ONEWINDOW_MASTER_KEY" in said.output


def test_a_master_key_that_is_missing_is_named(onewindow: Command) -> None:
    added(onewindow, "aysel")
    onewindow("keys", "rotate", **BOTH)

    said = onewindow("account", "list")

    assert said.exit_code != 0
    assert "ONEWINDOW_SECRET_MASTER_KEY_2027" in said.output
    assert "Traceback" not in said.output


def test_the_key_of_the_demonstration_serves_beside_its_database(onewindow: Command, tmp_path: Path) -> None:
    (tmp_path / "demo-master.key").write_text(TEXT + "\n")

    said = onewindow("keys", "status", "--json", ONEWINDOW_SECRET_MASTER_KEY="")

    assert json.loads(said.stdout)["current"] == "master-key-demo"


def test_a_backup_is_of_no_use_without_the_master_key(onewindow: Command, tmp_path: Path) -> None:
    added(onewindow, "aysel")
    assert onewindow("backup", str(tmp_path / "copy")).exit_code == 0
    written = [path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert not any(b"Aysel" in (gzip.decompress(one) if one.startswith(b"\x1f\x8b") else one) for one in written)

    def restored(name: str, key: str) -> str:
        url = f"sqlite:///{tmp_path / name / 'onewindow.db'}"
        said = onewindow("restore", str(tmp_path / "copy"), ONEWINDOW_DATABASE_URL=url, ONEWINDOW_SECRET_MASTER_KEY=key)
        assert (said.exit_code == 0) is (key == TEXT), said.output
        listed = onewindow("account", "list", ONEWINDOW_DATABASE_URL=url, ONEWINDOW_SECRET_MASTER_KEY=key)
        return said.output + listed.output

    without, wrong, right = restored("without", ""), restored("wrong", TEXT[::-1]), restored("right", TEXT)

    assert "There is no master key" in without
    assert "is not the one that this database was encrypted under" in wrong
    assert "Aysel" not in without + wrong
    assert "Aysel" in right


def test_a_person_is_forgotten_with_her_key(onewindow: Command, tmp_path: Path) -> None:
    added(onewindow, "aysel", "rauf")

    erased = onewindow("account", "erase", "aysel", "--yes")

    assert erased.exit_code == 0, erased.output
    listed = onewindow("account", "list").output
    assert "Rauf" in listed
    assert "aysel" not in listed.lower()
    with closing(sqlite3.connect(tmp_path / "onewindow.db")) as database:
        keys = database.execute("SELECT wrapped IS NULL, destroyed_at IS NULL FROM data_key WHERE owner != 's'")
        assert sorted(keys.fetchall()) == [(0, 1), (1, 0)]
    assert onewindow("audit", "verify").exit_code == 0


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_nobody_is_forgotten_by_a_slip(onewindow: Command, answer: str) -> None:
    added(onewindow, "aysel")

    assert onewindow("account", "erase", "aysel", stdin=answer).exit_code != 0
    assert "Aysel" in onewindow("account", "list").output
