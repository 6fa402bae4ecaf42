"""Other people's BPMN files: each is read without loss or refused with a reason; none breaks the reader or the lint.

The files lie beside the project, in ../shared/conformance; no case is made to pass by its name.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn.conformance import FileVerdict, Outcome, files_of, judge
from engine.bpmn.inspect import describe
from engine.bpmn.reader import read_bpmn

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared" / "conformance"
SUITES = ("bpmn-miwg", "bpmn-engine-suites")
FILES = [path for suite in SUITES if (FOLDER / suite).is_dir() for path in files_of(FOLDER / suite)]


@pytest.fixture(scope="module")
def verdicts() -> list[FileVerdict]:
    """The verdict on each file of the suites."""
    return [judge(path, str(path.relative_to(FOLDER))) for path in FILES]


def test_the_suites_are_there() -> None:
    if not FILES and not os.environ.get("CI"):
        pytest.skip(f"no files in {FOLDER}: put the conformance suites there")

    assert len(FILES) > 300


def test_no_file_breaks_the_reader_or_the_lint(verdicts: list[FileVerdict]) -> None:
    assert [(verdict.file, verdict.diagnostics) for verdict in verdicts if verdict.outcome is Outcome.failed] == []


def test_no_file_loses_an_element(verdicts: list[FileVerdict]) -> None:
    assert [verdict.file for verdict in verdicts if not verdict.lossless] == []


def test_every_refusal_has_a_reason_with_a_remedy(verdicts: list[FileVerdict]) -> None:
    silent = [
        verdict.file
        for verdict in verdicts
        if verdict.outcome is Outcome.refused and not all(found.remedy for found in verdict.diagnostics)
    ]

    assert silent == []
    assert all(verdict.diagnostics for verdict in verdicts if verdict.outcome is Outcome.refused)


def test_every_file_that_is_read_is_described_element_by_element(verdicts: list[FileVerdict]) -> None:
    read = [(path, verdict) for path, verdict in zip(FILES, verdicts, strict=True) if verdict.read]

    short = [
        verdict.file for path, verdict in read if len(describe(read_bpmn(path.read_bytes())[0])) != verdict.elements
    ]

    # A reference to a shared event definition counts in the file, but is no element of its own.
    assert [file for file in short if "eventDefinitionRef" not in (FOLDER / file).read_text("utf-8", "replace")] == []
