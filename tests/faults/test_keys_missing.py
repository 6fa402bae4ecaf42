"""Fault matrix, row 36: a key or secret that is missing or broken stops the start, and says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from engine.audit import SealKey
from engine.audit.signature import UnreadableKey
from engine.store.database import Database
from onewindow.commands.outcome import Exit
from onewindow.sealing import require_seal_key
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET, MASTER_KEYS, TEXT
from tests.builders.an_account import an_account


@pytest.fixture(params=["serve", "worker"])
def command(request: pytest.FixtureRequest) -> str:
    """Whom operators start."""
    return str(request.param)


def said_by(command: str, database: Path, **settings: str) -> str:
    """What a process says that did not start."""
    environment = {
        "PATH": os.environ["PATH"],
        "ONEWINDOW_DATABASE_URL": f"sqlite:///{database}",
        **MASTER_KEY_SET,
        **settings,
    }
    environment = {name: value for name, value in environment.items() if value}
    ended = subprocess.run(
        [sys.executable, "-m", "onewindow", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode in (Exit.usage, Exit.refused), f"{ended.returncode}: {ended.stderr}"
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_no_master_key_stops_the_start(command: str, tmp_path: Path) -> None:
    said = said_by(command, tmp_path / "x.db", ONEWINDOW_SECRET_MASTER_KEY="")

    assert "ONEWINDOW_SECRET_MASTER_KEY" in said


def test_a_master_key_of_another_installation_stops_the_start(
    command: str, migrated_sqlite_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "onewindow.db"
    path.write_bytes(migrated_sqlite_file.read_bytes())
    database = Database(f"sqlite:///{path}", keys=MASTER_KEYS)
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
    database.close()

    missing = said_by(command, path, **of_another_name("another"))
    wrong = said_by(command, path, ONEWINDOW_SECRET_MASTER_KEY=TEXT[::-1])

    assert "encrypted under the master key master-key, which is not set here" in missing
    assert "master-key is not the one that this database was encrypted under" in wrong
    assert TEXT[::-1] not in wrong


def of_another_name(name: str) -> dict[str, str]:
    """Only a key that the database does not know."""
    return {"ONEWINDOW_SECRET_MASTER_KEY": "", f"ONEWINDOW_SECRET_MASTER_KEY_{name.upper()}": TEXT}


def an_rsa_key() -> str:
    """A key of a kind that seals are not signed with."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    coded = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.private_bytes(*coded).decode()


def test_a_seal_key_that_cannot_be_read_stops_the_start(command: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    path.write_text(SealKey.made().pem().decode()[:60])

    said = said_by(command, tmp_path / "x.db", ONEWINDOW_SECRET_JOURNAL_SEAL_FILE=str(path))

    assert "Expected a private Ed25519 key" in said
    assert path.read_text()[30:50] not in said


def test_a_seal_key_of_another_kind_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    path.write_text(an_rsa_key())
    settings = Settings.load({"ONEWINDOW_SECRET_JOURNAL_SEAL_FILE": str(path)})

    with pytest.raises(UnreadableKey):
        require_seal_key(settings)


def test_places_for_seals_without_a_key_stop_the_start(command: str, tmp_path: Path) -> None:
    said = said_by(command, tmp_path / "x.db", ONEWINDOW_SEAL_OUT=str(tmp_path))

    assert "There is no key to sign seals with." in said
    assert "ONEWINDOW_SECRET_JOURNAL_SEAL_FILE" in said
