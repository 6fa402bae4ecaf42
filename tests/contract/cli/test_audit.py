"""`onewindow audit`: a seal is made, taken outside, and holds until somebody changes what it holds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.audit import SealKey, VerifyKey
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, a_runtime
from tests.contract.cli.conftest import Command


@pytest.fixture
def sealed(onewindow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a journal, and its first seal outside."""
    (tmp_path / "seal.pem").write_bytes(SealKey.made().pem())
    monkeypatch.setenv("ONEWINDOW_SECRET_JOURNAL_SEAL_FILE", str(tmp_path / "seal.pem"))
    monkeypatch.setenv("ONEWINDOW_SEAL_OUT", str(tmp_path / "witness"))
    assert onewindow("migrate").exit_code == 0
    office = a_runtime(f"sqlite:///{tmp_path / 'onewindow.db'}")
    office.deploy(a_process("permit").start().user_task("check", queue=QUEUE).end())
    office.start("permit")
    office.close()
    made = onewindow("audit", "seal")
    assert made.exit_code == 0, made.output
    assert "1 seals were taken outside" in made.stdout
    return tmp_path / "witness" / "seal-00000001.json"


def test_a_seal_holds(onewindow: Command, sealed: Path) -> None:
    shown = onewindow("audit", "verify", "--against", str(sealed))
    assert shown.exit_code == 0, shown.output
    assert "All holds." in shown.stdout
    assert "Nothing has moved" in onewindow("audit", "seal").stdout


def test_what_was_changed_is_listed_and_ends_with_1(onewindow: Command, sealed: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "onewindow.db")) as database, database:
        database.execute("UPDATE journal_entry SET action = 'nothing.happened' WHERE seq = 1")

    shown, told = onewindow("audit", "verify"), onewindow("audit", "verify", "--against", str(sealed), "--json")

    assert (shown.exit_code, told.exit_code) == (1, 1), shown.output
    assert "does not fit" in shown.stdout
    assert {found["rule"] for found in json.loads(told.stdout)["findings"]} == {"entry"}


def test_the_public_key_is_printed_and_checks_seals(onewindow: Command, sealed: Path, tmp_path: Path) -> None:
    printed = onewindow("audit", "key").stdout
    assert VerifyKey.read(printed.encode()).id
    (tmp_path / "public.pem").write_text(printed)
    assert onewindow("audit", "verify", "--key", str(tmp_path / "public.pem")).exit_code == 0
    (tmp_path / "other.pem").write_bytes(SealKey.made().verifier.pem())
    assert onewindow("audit", "verify", "--key", str(tmp_path / "other.pem")).exit_code == 1


def test_without_a_key_it_is_said_how_to_make_one(onewindow: Command) -> None:
    onewindow("migrate")
    told = onewindow("audit", "seal")
    assert told.exit_code != 0
    assert "openssl genpkey" in told.stderr


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}"])
def test_a_file_that_is_no_seal_is_refused(onewindow: Command, sealed: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "wrong.json").write_bytes(content)
    told = onewindow("audit", "verify", "--against", str(tmp_path / "wrong.json"))
    assert told.exit_code not in (0, 1)
    assert "Expected a seal" in told.stderr
