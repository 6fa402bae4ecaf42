"""`make` explains itself, and setting up says what to do when something is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
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
    script_of(machine, "python3", python)
    return run_script(machine, "setup", "base")


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


def script_of(machine: Path, name: str, lines: str) -> Path:
    """A program on the PATH of a machine."""
    script = machine / "bin" / name
    script.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def linked(machine: Path, *tools: str) -> None:
    """More programs of this machine on the PATH of that one."""
    for tool in tools:
        found = shutil.which(tool)
        assert found is not None
        (machine / "bin" / tool).symlink_to(found)


def run_script(machine: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [machine / "bin" / "bash", machine / "clone" / "scripts" / command[0], *command[1:]],
        env={"PATH": str(machine / "bin"), **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def calls(machine: Path) -> list[str]:
    """What was called of the stand-ins, and taken off the list."""
    noted = machine / "calls"
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return lines


@pytest.mark.parametrize("kind", ["base", "dev"])
def test_setting_up_a_second_time_calls_no_pip_so_that_it_works_offline(bare_machine: Path, kind: str) -> None:
    # given an environment whose pip works once, and then has no network
    pip = f'case "$1 $2" in "-m pip") echo "pip $4" >> {bare_machine}/calls; exit ${{PIP_FAILS:-0}};; esac'
    python = script_of(bare_machine, "venv-python", f'{pip}\nexec {sys.executable} "$@"')
    (bare_machine / "clone" / ".venv" / "bin").mkdir(parents=True)
    (bare_machine / "clone" / ".venv" / "bin" / "python").symlink_to(python)

    first = run_script(bare_machine, "setup", kind)
    called_first = calls(bare_machine)
    again = run_script(bare_machine, "setup", kind, PIP_FAILS="1")
    called_again = calls(bare_machine)
    (bare_machine / "clone" / "requirements" / f"{kind}.txt").write_text("changed", encoding="utf-8")
    after_a_change = run_script(bare_machine, "setup", kind, PIP_FAILS="1")

    assert (first.returncode, len(called_first)) == (0, 2), first.stderr
    assert (again.returncode, called_again, again.stderr) == (0, [], "")
    assert (after_a_change.returncode, len(calls(bare_machine))) == (1, 1)
    assert "Is the package index reachable?" in after_a_change.stderr


@pytest.fixture
def without_pango(bare_machine: Path) -> Path:
    """A machine of root's, whose PDFs lack their libraries, and whose apt-get reaches nothing."""
    linked(bare_machine, "tail", "touch", "date")
    (bare_machine / "clone" / ".venv").mkdir()
    script_of(bare_machine, "id", "echo 0")
    script_of(bare_machine, "apt-get", f'echo "apt-get $1" >> {bare_machine}/calls; exit 100')
    return bare_machine


def look_for_libraries(machine: Path, python: str) -> subprocess.CompletedProcess[str]:
    return run_script(machine, "pdf-libraries", PYTHON=str(script_of(machine, "looks", python)))


def test_libraries_of_pdfs_that_cannot_be_had_are_tried_once_a_day(without_pango: Path) -> None:
    first = look_for_libraries(without_pango, "echo no Pango; exit 1")
    called_first = calls(without_pango)
    again = look_for_libraries(without_pango, "echo no Pango; exit 1")
    called_again = calls(without_pango)
    (without_pango / "clone" / ".venv" / "tried-pdf-libraries").write_text("2026-01-01\n", encoding="utf-8")
    look_for_libraries(without_pango, "echo no Pango; exit 1")

    assert (first.returncode, again.returncode) == (1, 1)
    assert called_first == ["apt-get install", "apt-get update"]
    assert called_again == []
    assert "PDFs cannot be written yet: no Pango" in again.stderr
    assert "tried again tomorrow" in again.stderr
    assert "All else works without them" in again.stderr
    assert calls(without_pango) == called_first, "the next day"


def test_libraries_of_pdfs_that_were_found_are_not_looked_for_again(without_pango: Path) -> None:
    first = look_for_libraries(without_pango, "exit 0")
    again = look_for_libraries(without_pango, f"echo looked >> {without_pango}/calls; exit 1")

    assert (first.returncode, again.returncode, calls(without_pango)) == (0, 0, [])


def test_libraries_of_pdfs_that_somebody_installed_meanwhile_are_found(without_pango: Path) -> None:
    look_for_libraries(without_pango, "echo no Pango; exit 1")

    assert look_for_libraries(without_pango, "exit 0").returncode == 0
