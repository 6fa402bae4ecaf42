"""What came of the scenarios: which failed at which step and why, and how much of each model was passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onewindow.scenarios.coverage import Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that was not as the scenario says."""

    file: str
    line: int | None
    """Line of the step in the scenario; None for the file as a whole."""
    step: int | None
    """Number of the step, from 1."""
    message: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"file": self.file, "line": self.line, "step": self.step, "message": self.message}

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOutcome:
    """How one scenario went."""

    file: str
    title: str
    failures: tuple[Failure, ...] = ()
    seconds: float = 0

    @property
    def passed(self) -> bool:
        """Whether all was as it says."""
        return not self.failures

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "file": self.file,
            "title": self.title,
            "passed": self.passed,
            "failures": [failure.to_json() for failure in self.failures],
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureReport:
    """The scenarios of one procedure."""

    folder: str
    outcomes: tuple[ScenarioOutcome, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    faults: tuple[str, ...] = ()
    """Why the procedure could not be deployed, or has no scenarios."""

    @property
    def passed(self) -> bool:
        """Whether it could be deployed and every scenario went as it says."""
        return not self.faults and all(outcome.passed for outcome in self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "folder": self.folder,
            "passed": self.passed,
            "faults": list(self.faults),
            "scenarios": [outcome.to_json() for outcome in self.outcomes],
            "coverage": [coverage.to_json() for coverage in self.coverage],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """The scenarios of all procedures that were asked for."""

    procedures: tuple[ProcedureReport, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every procedure did; false as well when there was nothing to run."""
        return bool(self.procedures) and all(procedure.passed for procedure in self.procedures)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {"passed": self.passed, "procedures": [procedure.to_json() for procedure in self.procedures]}

    def lines(self) -> Iterator[str]:
        """The report for a terminal, line by line."""
        for procedure in self.procedures:
            yield f"{procedure.folder}"
            for fault in procedure.faults:
                yield f"  fault  {fault}"
            for outcome in procedure.outcomes:
                yield f"  {'ok    ' if outcome.passed else 'FAILED'} {outcome.title} ({outcome.seconds:.2f} s)"
                for failure in outcome.failures:
                    yield f"         {failure}"
            for coverage in procedure.coverage:
                yield from _coverage_lines(coverage)


def _coverage_lines(coverage: Coverage) -> Iterator[str]:
    nodes, flows = coverage.nodes & coverage.passed, coverage.flows & coverage.passed
    yield (
        f"  {coverage.process_id}: {coverage.share:.0%} of elements passed "
        f"({len(nodes)} of {len(coverage.nodes)} nodes, {len(flows)} of {len(coverage.flows)} flows)"
    )
    if coverage.missing_ends:
        yield f"    ends never reached: {', '.join(coverage.missing_ends)}"
    if rest := [each for each in coverage.missing if each not in coverage.missing_ends]:
        yield f"    never passed: {', '.join(rest[:20])}{' ...' if len(rest) > 20 else ''}"
