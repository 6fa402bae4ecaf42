"""The procedures that ship do what their analysts say, on the real kernel, use cases and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from onewindow.scenarios import run_scenarios

PROCESSES = Path(__file__).parents[3] / "processes"
PROCEDURES = sorted(path.parent for path in PROCESSES.glob("*/service.yaml"))


@pytest.mark.parametrize("folder", PROCEDURES, ids=[path.name for path in PROCEDURES])
def test_every_scenario_passes_and_every_element_is_passed(folder: Path) -> None:
    report = run_scenarios(folder)
    (procedure,) = report.procedures
    assert [str(failure) for outcome in procedure.outcomes for failure in outcome.failures] == []
    assert procedure.faults == ()
    assert report.passed
    assert len(procedure.outcomes) >= 6
    for coverage in procedure.coverage:
        assert coverage.missing_ends == ()
        assert coverage.missing == ()
