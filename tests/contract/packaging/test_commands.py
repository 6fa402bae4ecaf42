"""`make` explains itself, and setting up says what to do when something is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]


def test_bare_make_lists_every_command() -> None:
    targets = re.findall(r"^\.PHONY: (.*)$", (HOUSE / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)

    listed = subprocess.run(["make"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout

    assert [target for target in targets[0].split() if f"  make {target} " not in listed] == []


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A clone, and a PATH that has no Python but a shell script of that name."""
    shutil.copytree(HOUSE / "scripts", tmp_path / "clone" / "scripts")
    shutil.copytree(HOUSE / "requirements", tmp_path / "clone" / "requirements")
    shutil.copy(HOUSE / "pyproject.toml", tmp_path / "clone")
    (tmp_path / "bin").mkdir()
    for tool in ("bash", "dirname", "cat", "rm"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def set_up(machine: Path, python: str) -> subprocess.CompletedProcess[str]:
    script = machine / "bin" / "python3"
    script.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    script.chmod(0o755)
    return subprocess.run(
        [machine / "bin" / "bash", machine / "clone" / "scripts" / "setup", "base"],
        env={"PATH": str(machine / "bin")}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_too_old_python_is_named_with_what_to_do(bare_machine: Path) -> None:
    ended = set_up(bare_machine, 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')

    assert ended.returncode == 1
    assert "needs Python 3.11 or newer; found: Python 3.9.2" in ended.stderr
    assert "apt-get install python3" in ended.stderr


def test_python_without_venv_is_named_with_what_to_do(bare_machine: Path) -> None:
    ended = set_up(bare_machine, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')

    assert ended.returncode == 1
    assert "apt-get install python3-venv" in ended.stderr
    assert not (bare_machine / "clone" / ".venv").exists()
