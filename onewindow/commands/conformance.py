"""`onewindow conformance`: how much of other people's files is understood."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from engine.bpmn.conformance import FileVerdict, Outcome, files_of, judge
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.clock import SystemClock
from engine.dmn import conformance as kit
from engine.dmn.conformance_cases import files_of_cases
from engine.errors import Invalid
from onewindow.commands.outcome import Exit, border
from onewindow.compose import xml_limits
from onewindow.settings import Settings


@click.group()
def conformance() -> None:
    """Read files of other tools and engines, and say what became of each."""


@conformance.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts to a file.")
@border
def bpmn(folder: Path, out: Path | None) -> None:
    """Read every BPMN file of a folder: executable, or refused with which diagnostics; and whether without loss.

    Exit code 0: every file has a verdict; 1: a file brought out a fault of ours, or was read with loss.
    """
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder.", remedy="Name a folder of .bpmn files.")
    limits, kernel = xml_limits(Settings.of_this_process()), SpiffKernel()
    files = list(files_of(folder))
    verdicts = [
        judge(path, path.relative_to(folder).as_posix(), kernel.compile, limits)
        for path in track(files, "Reading", console=Console(stderr=True))
    ]
    summary = _summary(verdicts)
    for name, number in summary.items():
        click.echo(f"{number:6}  {name}")
    if out is not None:
        _write(out, {"summary": summary, "files": [v.to_json() for v in verdicts]})
    if any(v.outcome is Outcome.failed or (v.read and not v.lossless) for v in verdicts):
        raise SystemExit(Exit.findings)


def _summary(verdicts: list[FileVerdict]) -> dict[str, int]:
    outcomes = Counter(verdict.outcome.value for verdict in verdicts)
    return {
        "files": len(verdicts),
        **{outcome.value: outcomes[outcome.value] for outcome in Outcome},
        "read": sum(verdict.read for verdict in verdicts),
        "lossless": sum(verdict.read and verdict.lossless for verdict in verdicts),
    }


@conformance.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts to a file.")
@border
def dmn(folder: Path, out: Path | None) -> None:
    """Run every test case of a folder in the form of the DMN compatibility kit: models beside XML files of cases.

    Exit code 0: every case passes, save those that call functions outside of FEEL, which are listed as refused;
    1: a case failed, or there is no value for it; 2: there are no cases.
    """
    files = files_of_cases(folder) if folder.is_dir() else []
    if not files:
        raise Invalid(
            f"{folder} holds no test cases.", remedy="Name a folder of .dmn files with XML files of testCases."
        )
    now = SystemClock().now()
    verdicts = [kit.judge(path, folder, now) for path in track(files, "Running", console=Console(stderr=True))]
    for verdict in verdicts:
        _tell(verdict.file, kit.counted([verdict]))
        for case in verdict.cases:
            for result in case.results:
                if result.outcome is not kit.Outcome.passed:
                    click.echo(f"    {result.outcome} {case.case_id} {result.name}: {result.message}")
    levels = {level: [v for v in verdicts if v.level == level] for level in sorted({v.level for v in verdicts})}
    click.echo()
    for level, of_level in levels.items():
        _tell(level, kit.counted(of_level))
    _tell("total", kit.counted(verdicts))
    if out is not None:
        summary = {"files": len(verdicts), **kit.counted(verdicts)}
        told = {level: {"files": len(found), **kit.counted(found)} for level, found in levels.items()}
        _write(out, {"summary": summary, "levels": told, "files": [v.to_json() for v in verdicts]})
    bad = (kit.Outcome.failed, kit.Outcome.error)
    if any(case.outcome in bad for verdict in verdicts for case in verdict.cases):
        raise SystemExit(Exit.findings)


def _tell(name: str, figures: dict[str, Any]) -> None:
    parts = (f"{figures[outcome.value]} {outcome.value}" for outcome in kit.Outcome)
    click.echo(f"{name}: {', '.join(parts)} of {figures['cases']}")


def _write(out: Path, verdicts: dict[str, Any]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(verdicts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
