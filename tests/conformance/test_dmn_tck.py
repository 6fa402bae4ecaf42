"""The DMN Technology Compatibility Kit: every case passes, save those that call functions outside of FEEL.

The kit is other people's work and lies outside of the repository, in `../shared/conformance/dmn-tck`. No case is named
here. In CI a kit that is not there is a failure.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.dmn.conformance import Outcome, counted, judge
from engine.dmn.conformance_cases import files_of_cases

KIT = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "dmn-tck"
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize(
    ("level", "fewest", "refused"),
    [
        pytest.param("compliance-level-2", 100, 0, id="level 2"),
        pytest.param("compliance-level-3", 2239, 10, id="level 3: ten cases call Java"),
        pytest.param("non-compliant", 30, 0, id="cases without types"),
    ],
)
def test_every_case_of_the_kit_passes_or_is_refused_for_its_java(level: str, fewest: int, refused: int) -> None:
    if not (KIT / level).is_dir() and not os.environ.get("CI"):
        pytest.skip(f"the kit is not at {KIT}")

    verdicts = [judge(path, KIT, NOW) for path in files_of_cases(KIT / level)]

    wrong = [
        f"{verdict.file} {case.case_id} {result.name}: {result.message}"
        for verdict in verdicts
        for case in verdict.cases
        for result in case.results
        if result.outcome in (Outcome.failed, Outcome.error)
    ]
    figures = counted(verdicts)
    assert wrong == []
    assert figures["cases"] >= fewest
    assert figures["refused"] <= refused
