"""The command line as a whole: help, exit codes, settings, migration."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from onewindow import __version__
from onewindow.cli import _COMMANDS, commands
from tests.contract.cli.conftest import Command

TOP = Path(__file__).parents[3]


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_every_command_explains_itself(onewindow: Command, command: str) -> None:
    shown = onewindow(command, "--help")

    assert shown.exit_code == 0, shown.output
    assert len(shown.stdout.split()) > 10


def test_the_exit_codes_are_told(onewindow: Command) -> None:
    assert "Exit codes: 0 done" in " ".join(onewindow("--help").stdout.split())


def test_the_version_is_that_of_the_project(onewindow: Command) -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]

    assert project["version"] == __version__
    assert __version__ in onewindow("--version").stdout


def test_an_unknown_command_is_wrong_use(onewindow: Command) -> None:
    assert onewindow("bogus").exit_code == 2


def test_wrong_settings_are_told_all_at_once(onewindow: Command) -> None:
    told = onewindow("account", "list", ONEWINDOW_PORT="x", ONEWINDOW_PROT="1")

    assert told.exit_code == 2
    assert "ONEWINDOW_PORT" in told.stderr
    assert "ONEWINDOW_PROT" in told.stderr


def test_migrate_may_be_repeated_and_checked(onewindow: Command, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'new.db'}"

    before = onewindow("migrate", "--check", ONEWINDOW_DATABASE_URL=url)
    first, second = (onewindow("migrate", ONEWINDOW_DATABASE_URL=url) for _ in range(2))
    after = onewindow("migrate", "--check", ONEWINDOW_DATABASE_URL=url)

    assert [one.exit_code for one in (before, first, second, after)] == [1, 0, 0, 0]


def test_a_database_that_cannot_be_reached_is_not_available_now(onewindow: Command) -> None:
    url = "postgresql://nobody:planted-marker@127.0.0.1:1/none"

    told = onewindow("account", "list", ONEWINDOW_DATABASE_URL=url)

    assert told.exit_code == 3, told.output
    assert "planted-marker" not in told.output


def test_commands_are_loaded_when_they_are_called() -> None:
    assert set(commands.list_commands(None)) == set(_COMMANDS)  # type: ignore[arg-type]
