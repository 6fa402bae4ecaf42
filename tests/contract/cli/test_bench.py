"""`onewindow bench`: the real server is started, driven and measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onewindow.bench.jobs import JobFigures
from onewindow.bench.report import Figures
from onewindow.bench.restore import RestoreFigures
from tests.builders.databases import ON_POSTGRESQL
from tests.contract.cli.conftest import Command


@pytest.mark.slow
def test_quick_bench_measures_everything(onewindow: Command, tmp_path: Path) -> None:
    ran = onewindow("bench", "--quick", "--database", "sqlite", "--json", str(tmp_path / "new" / "bench.json"))

    assert ran.exit_code == 0, ran.output
    assert "queue_page_ms_p50" in ran.stdout
    measured = json.loads((tmp_path / "new" / "bench.json").read_text())["sqlite"]
    measured.pop("idle_cpu_percent")  # may well be nothing in so short a time
    assert set(measured) == {*Figures.__dataclass_fields__, *JobFigures.__dataclass_fields__} - {"idle_cpu_percent"}
    assert all(value > 0 for value in measured.values())


def test_decisions_are_measured_alone(onewindow: Command, tmp_path: Path) -> None:
    ran = onewindow("bench", "--quick", "--only", "decisions", "--json", str(tmp_path / "bench.json"))

    assert ran.exit_code == 0, ran.output
    measured = json.loads((tmp_path / "bench.json").read_text())
    assert set(measured) == {"machine", "feel_per_s", "dmn_table_per_s", "dmn_traced_per_s", "feel_parse_ms"}


@ON_POSTGRESQL
def test_database_in_use_is_not_measured(onewindow: Command, database_url: str) -> None:

    refused = onewindow("bench", "--database", "postgresql", ONEWINDOW_BENCH_POSTGRES_URL=database_url)

    assert refused.exit_code == 4, refused.output
    assert "Expected an empty database" in refused.stderr


@pytest.mark.usefixtures("pdf_libraries")
def test_documents_are_measured_alone(onewindow: Command, tmp_path: Path) -> None:
    ran = onewindow("bench", "--quick", "--only", "documents", "--json", str(tmp_path / "bench.json"))

    figures = json.loads((tmp_path / "bench.json").read_text())
    assert ran.exit_code == 0, ran.output
    assert set(figures) == {"machine", "signed_pdf_ms_p50"}
    assert figures["signed_pdf_ms_p50"] > 0


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_the_way_back_of_a_backup_is_measured_alone(onewindow: Command, tmp_path: Path, database: str) -> None:
    ran = onewindow(
        "bench", "--quick", "--only", "restore", "--database", database, "--json", str(tmp_path / "bench.json")
    )

    assert ran.exit_code == 0, ran.output
    assert "restore_s" in ran.stdout
    measured = json.loads((tmp_path / "bench.json").read_text())[database]
    assert set(measured) == set(RestoreFigures.__dataclass_fields__)
    assert measured["restored_cases"] == 200
    assert measured["restored_rows"] > 1_000
    assert min(measured["backup_s"], measured["restore_s"]) > 0
