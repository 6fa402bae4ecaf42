"""`onewindow retention`: what is due by when, doing it now, planning again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.runtime.retain import retain
from tests.builders.a_closed_case import an_office
from tests.contract.cli.conftest import Command


@pytest.fixture
def planned(onewindow: Command, tmp_path: Path) -> str:
    """The number of a case of 2026 that was closed and planned."""
    office = an_office(f"sqlite:///{tmp_path / 'onewindow.db'}", tmp_path / "files")
    case = office.closed()
    retain(office.runtime)
    office.running.close()
    del onewindow
    return str(case.number)


def test_the_dry_run_tells_what_is_due_until_a_day_and_changes_nothing(onewindow: Command, planned: str) -> None:
    def due(until: str) -> list[str]:
        told = onewindow("retention", "--dry-run", "--json", "--until", until)
        assert told.exit_code == 0, told.output
        return [f"{row['number']} {row['act']} {row['due_at'][:10]}" for row in json.loads(told.stdout)]

    assert due("2027-03-01") == []
    assert due("2027-03-03") == [f"{planned} archive 2027-03-02"]
    assert due("2036-12-31") == [f"{planned} archive 2027-03-02", f"{planned} erase 2036-03-02"]


def test_the_dry_run_is_a_table_for_people(onewindow: Command, planned: str) -> None:
    assert "1 to erase." in onewindow("retention", "--dry-run", "--until", "2036-12-31").stdout
    assert "Nothing is archived or erased" in onewindow("retention", "--dry-run", "--until", "2026-12-31").stdout
    assert "replan" in onewindow("retention").stdout
    del planned


def test_run_does_what_is_due_and_replan_lets_it_be_reckoned_anew(onewindow: Command, planned: str) -> None:
    again, run, after = (onewindow("retention", *said) for said in (("replan",), ("run",), ("run",)))

    assert "1 closed cases" in again.stdout
    assert "1 planned" in run.stdout
    assert "Nothing was due." in after.stdout
    assert onewindow("retention", "replan", "--service", "other").stdout.startswith("0 ")
    del planned


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        pytest.param({"ERASE_AFTER": "ten years", "LEGAL_BASIS": "a"}, "RETENTION_ERASE_AFTER", id="no length"),
        pytest.param({"ERASE_AFTER": "P10Y"}, "RETENTION_LEGAL_BASIS", id="no law"),
        pytest.param(
            {"ERASE_AFTER": "P1Y", "ARCHIVE_AFTER": "P2Y", "LEGAL_BASIS": "a"}, "RETENTION_ERASE_AFTER", id="too soon"
        ),
    ],
)
def test_settings_that_cannot_be_kept_to_stop_the_start(
    onewindow: Command, variables: dict[str, str], told: str
) -> None:
    shown = onewindow("retention", "run", **{f"ONEWINDOW_RETENTION_{name}": value for name, value in variables.items()})

    assert shown.exit_code != 0
    assert f"ONEWINDOW_{told}" in shown.output
