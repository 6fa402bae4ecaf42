"""Secrets of a vault: what a program prints, within bounds, and never in a message."""

from __future__ import annotations

import sys
import time

import pytest

from onewindow.secret_command import MOST_BYTES, NoSecret, secret_of
from onewindow.settings import BadSettings, Settings

PYTHON = f"{sys.executable} -c"


def test_what_the_command_prints_is_the_secret() -> None:
    settings = Settings.load({"ONEWINDOW_SECRET_DRIVER_KEY_COMMAND": f"{PYTHON} 'print(\"from the vault\")'"})

    assert settings.secrets["driver-key"].value == "from the vault"
    assert "from the vault" not in repr(settings)


def test_the_command_sees_the_environment_but_no_other_secret() -> None:
    program = 'import os; print(os.environ["VAULT_ADDR"], sorted(n for n in os.environ if "SECRET" in n))'
    settings = Settings.load(
        {
            "VAULT_ADDR": "https://vault.example.gov",
            "ONEWINDOW_SECRET_OTHER": "planted-marker",
            "ONEWINDOW_SECRET_DRIVER_KEY_COMMAND": f"{PYTHON} '{program}'",
        }
    )

    assert settings.secrets["driver-key"].value == "https://vault.example.gov []"


def test_there_is_no_shell() -> None:
    assert secret_of(f"{PYTHON} 'import sys; print(sys.argv[1:])' ; echo $HOME", {}) == "[';', 'echo', '$HOME']"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        pytest.param("vault kv get x", "whole path", id="no path"),
        pytest.param("", "whole path", id="nothing"),
        pytest.param("'open", "cannot be read", id="open quote"),
        pytest.param("/no/such/program", "No such file", id="no program"),
        pytest.param(f"{PYTHON} 'raise SystemExit(3)'", "code 3", id="fails"),
        pytest.param(f"{PYTHON} pass", "printed nothing", id="silent"),
        pytest.param(f"{PYTHON} 'print(\"x\" * {MOST_BYTES + 10})'", "more than", id="too much"),
        pytest.param(f"{PYTHON} 'import sys; sys.stdout.buffer.write(bytes([255]))'", "UTF-8", id="no text"),
    ],
)
def test_a_command_that_gives_no_secret_says_why(command: str, why: str) -> None:
    with pytest.raises(NoSecret, match=why):
        secret_of(command, {})


def test_a_command_that_hangs_is_ended_with_all_it_started() -> None:
    began = time.monotonic()
    program = 'import subprocess, sys; subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])'

    with pytest.raises(NoSecret, match="within 1 seconds"):
        secret_of(f"{PYTHON} '{program}'", {}, seconds=1)

    assert time.monotonic() - began < 30


def test_a_start_without_the_secret_is_refused_and_shows_neither_command_nor_output() -> None:
    command = f"{PYTHON} 'print(\"planted-marker\"); raise SystemExit(2)'"

    with pytest.raises(BadSettings) as refused:
        Settings.load({"ONEWINDOW_SECRET_DRIVER_KEY_COMMAND": command})

    assert "ONEWINDOW_SECRET_DRIVER_KEY_COMMAND" in str(refused.value)
    assert "planted-marker" not in str(refused.value)
