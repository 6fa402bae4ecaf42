"""The installed form: the wheel holds all of the product, nothing else, and starts away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=HOUSE, check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PACKAGES],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    product = {name for name in listed.stdout.split("\0") if name and (HOUSE / name).is_file()}

    assert product - names_in(wheel) == set()


def test_wheel_holds_the_styles_and_scripts_that_were_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        built = json.loads(archive.read("portal/built/manifest.json"))

    assert {"portal.css", "portal.js"} <= set(built)
    assert {f"portal/built/{name}" for name in built.values()} <= names_in(wheel)


def test_wheel_holds_no_tests_and_no_sandbox(wheel: Path) -> None:
    assert {name.split("/")[0] for name in names_in(wheel)} <= set(PACKAGES)


def test_wheel_starts_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = "import engine, onewindow.cli; print(onewindow.cli.__file__); onewindow.cli.main(['--help'])"

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(str(tmp_path / "installed"))
    assert "Usage" in ended.stdout
