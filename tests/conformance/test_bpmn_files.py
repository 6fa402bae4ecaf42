"""Other people's BPMN files: each is read without loss or refused with a reason; none breaks reader, lint or compiler.

The files lie beside the project, in ../shared/conformance; no case is made to pass by its name.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn.conformance import FileVerdict, Outcome, files_of, judge
from engine.bpmn.inspect import describe
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import errors_in

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared" / "conformance"
SUITES = ("bpmn-miwg", "bpmn-engine-suites")
FILES = [path for suite in SUITES if (FOLDER / suite).is_dir() for path in files_of(FOLDER / suite)]

FILES_OF_THE_SUITES = 333
LEAST_READ = 331
LEAST_EXECUTABLE = 45
"""Measured; most of the others are of dialects and constructs that are refused by name, or drawings without work."""


@pytest.fixture(scope="module")
def verdicts() -> list[FileVerdict]:
    """The verdict on each file of the suites, read, looked at and compiled as a deployment does."""
    compile = SpiffKernel().compile
    return [judge(path, str(path.relative_to(FOLDER)), compile) for path in FILES]


def test_the_suites_are_there() -> None:
    if not FILES and not os.environ.get("CI"):
        pytest.skip(f"no files in {FOLDER}: put the conformance suites there")

    assert len(FILES) > 300


def test_no_file_breaks_the_reader_the_lint_or_the_compiler(verdicts: list[FileVerdict]) -> None:
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


def test_files_are_executable_or_refused_and_no_fewer_of_them_run_than_before(verdicts: list[FileVerdict]) -> None:
    if len(verdicts) < FILES_OF_THE_SUITES:
        pytest.skip(f"the floors are of {FILES_OF_THE_SUITES} files, here are {len(verdicts)}")

    executable = [verdict for verdict in verdicts if verdict.outcome is Outcome.executable]

    assert sum(verdict.read for verdict in verdicts) >= LEAST_READ
    assert len(executable) >= LEAST_EXECUTABLE
    assert all(verdict.executable_processes >= 1 for verdict in executable)
    assert not any(verdict.executable_processes for verdict in verdicts if verdict.outcome is not Outcome.executable)


def test_an_executable_file_has_a_specification_for_each_process_it_counts(verdicts: list[FileVerdict]) -> None:
    for path, verdict in zip(FILES, verdicts, strict=True):
        if verdict.outcome is Outcome.executable:
            processes, found = SpiffKernel().compile(read_bpmn(path.read_bytes())[0])
            assert (verdict.file, len(processes)) == (verdict.file, verdict.executable_processes)
            assert errors_in(found) == ()
