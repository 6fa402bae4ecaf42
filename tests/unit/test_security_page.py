"""docs/security.md judges every requirement of ASVS 5.0 of the levels 1 and 2 once, and names tests that exist."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
VERDICTS = {"tested", "by design", "edge", "none", "not yet"}

REQUIRED = {
    "1": {"1": "1-2", "2": "1-9", "3": "1-11", "4": "1-3", "5": "1-2"},
    "2": {"1": "1-3", "2": "1-3", "3": "1-4", "4": "1-1"},
    "3": {"2": "1-2", "3": "1-4", "4": "1-6", "5": "1-5", "7": "1-2"},
    "4": {"1": "1-3", "2": "1-1", "3": "1-2", "4": "1-4"},
    "5": {"1": "1-1", "2": "1-3", "3": "1-2", "4": "1-3"},
    "6": {"1": "1-3", "2": "1-12", "3": "1-4", "4": "1-4", "5": "1-5", "6": "1-3", "8": "1-4"},
    "7": {"1": "1-3", "2": "1-4", "3": "1-2", "4": "1-5", "5": "1-2", "6": "1-2"},
    "8": {"1": "1-2", "2": "1-3", "3": "1-1", "4": "1-1"},
    "9": {"1": "1-3", "2": "1-4"},
    "10": {"1": "1-2", "2": "1-2", "3": "1-4", "4": "1-11", "5": "1-5", "6": "1-2", "7": "1-3"},
    "11": {"1": "1-2", "2": "1-3", "3": "1-3", "4": "1-4", "5": "1-1", "6": "1-1"},
    "12": {"1": "1-3", "2": "1-2", "3": "1-4"},
    "13": {"1": "1-1", "2": "1-5", "3": "1-2", "4": "1-5"},
    "14": {"1": "1-2", "2": "1-4", "3": "1-3"},
    "15": {"1": "1-3", "2": "1-3", "3": "1-7"},
    "16": {"1": "1-1", "2": "1-5", "3": "1-4", "4": "1-3", "5": "1-3"},
}
"""Sections of the standard with their requirements up to level 2; in each, those of level 3 come last."""


def required() -> set[str]:
    """The ids of levels 1 and 2 outside WebRTC."""
    found = set()
    for chapter, sections in REQUIRED.items():
        for section, said in sections.items():
            first, _, last = said.partition("-")
            found |= {f"{chapter}.{section}.{number}" for number in range(int(first), int(last) + 1)}
    return found


@cache
def names_of_tests() -> frozenset[str]:
    """The names of all tests there are."""
    return frozenset(
        name
        for file in (HOUSE / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_each_of_the_246_requirements_is_judged_once() -> None:
    judged = Counter(row[0] for row in ROW.findall(PAGE))

    assert len(required()) == 246
    assert set(judged) == required()
    assert [number for number, times in judged.items() if times > 1] == []


def test_every_verdict_is_one_of_five_and_says_where_or_why() -> None:
    rows = ROW.findall(PAGE)

    assert [row for row in rows if row[2] not in VERDICTS] == []
    assert [row for row in rows if row[2] == "tested" and "`test_" not in row[3]] == []
    assert [row for row in rows if len(row[3]) < 5] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert len(named) > 50
    assert named - names_of_tests() == set()


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:api|onewindow|deploy|engine|docs)/[\w./-]+)`", PAGE))

    assert [name for name in sorted(named) if not (HOUSE / name).exists()] == []
