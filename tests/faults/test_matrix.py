"""The index of the fault matrix is whole, and every test that it names is there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX, Row

_TESTS = Path(__file__).parents[1]
WAITING = {28}
"""Rows of what is not built yet."""


@cache
def found_in(file: str) -> frozenset[str]:
    """The tests that are collected from a file."""
    path = _TESTS / file
    if not path.is_file():
        return frozenset()
    parts = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(part.name for part in parts if isinstance(part, ast.FunctionDef) and part.name.startswith("test_"))


def test_the_matrix_has_37_rows_and_those_that_wait_say_for_what() -> None:
    assert list(MATRIX) == list(range(1, 38))
    assert {number for number, row in MATRIX.items() if not row.tests} == WAITING
    assert all(MATRIX[number].remark for number in WAITING)


@pytest.mark.parametrize("row", MATRIX.values(), ids=[f"row {number}" for number in MATRIX])
def test_every_test_that_is_named_is_there(row: Row) -> None:
    missing = [name for name in row.tests if name.partition("::")[2] not in found_in(name.partition("::")[0])]

    assert missing == []


def test_every_file_of_faults_stands_in_the_matrix_or_is_about_more_than_one_row() -> None:
    named = {Path(test.partition("::")[0]).name for row in MATRIX.values() for test in row.tests}
    others = {
        "test_matrix.py",
        "test_notices.py",
        "test_retention.py",
        "test_sign_in_under_attack.py",
        "test_tracing.py",
        "test_webhooks.py",
    }

    assert {path.name for path in (_TESTS / "faults").glob("test_*.py")} - named == others
