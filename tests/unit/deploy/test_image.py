"""The Dockerfile, read line by line: what it copies is there, what it installs is named, and it runs as nobody."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
TEXT = (TOP / "deploy" / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n\s*", "", TEXT).splitlines()
COPIED = [part for line in LINES if line.startswith("COPY ") and "--from" not in line for part in line.split()[1:-1]]


@pytest.mark.parametrize("path", COPIED)
def test_what_is_copied_is_there_and_not_kept_out(path: str) -> None:
    wanted = (TOP / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert (TOP / path).exists()
    assert f"!{path}" in wanted
    assert "*" in wanted


def test_all_packages_of_the_wheel_are_copied() -> None:
    built = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]

    assert set(built) <= set(COPIED)


def test_only_what_the_lock_names_by_its_hash_is_installed() -> None:
    installs = re.findall(r"pip install (.+?)(?= &&|$)", "\n".join(LINES), re.MULTILINE)
    lock = (TOP / "requirements" / "base.txt").read_text(encoding="utf-8")

    assert [*map(str.split, installs)] == [
        ["--require-hashes", "--only-binary", ":all:", "-r", "requirements/base.txt"],
        ["--no-deps", "--no-build-isolation", "--no-index", "."],
    ]
    for name in ("hatchling", "obstore", "psycopg-binary", "opentelemetry-sdk"):
        assert re.search(rf"^{name}==\S+ \\$", lock, re.MULTILINE), name


def test_pdfs_find_their_libraries() -> None:
    script = (TOP / "scripts" / "pdf-libraries").read_text(encoding="utf-8")
    named = re.search(r"packages=\((.+)\)", script)
    installed = next(line for line in LINES if "apt-get install" in line)

    assert named
    assert set(named[1].split()) <= set(installed.split())


def test_it_runs_as_nobody_special_and_says_how_it_is() -> None:
    user = [line.split()[1] for line in LINES if line.startswith("USER ")]

    assert user == ["10001:10001"]
    assert f"--uid {user[0].partition(':')[0]} " in TEXT
    assert any(line.startswith("HEALTHCHECK ") for line in LINES)
    assert LINES[-2:] == ['ENTRYPOINT ["onewindow"]', 'CMD ["serve"]']
    assert not re.search("PASSWORD|SECRET|TOKEN", TEXT)


def test_python_is_one_that_the_product_runs_on() -> None:
    version = re.search(r"^ARG PYTHON=3\.(\d+)", TEXT, re.MULTILINE)

    assert version
    assert int(version[1]) >= 11
