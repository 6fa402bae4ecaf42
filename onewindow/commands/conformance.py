"""`onewindow conformance`: how much of other people's files is understood."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from engine.bpmn.conformance import FileVerdict, Outcome, files_of, judge
from engine.bpmn.kernel.kernel import SpiffKernel
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
        out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"summary": summary, "files": [v.to_json() for v in verdicts]}, ensure_ascii=False, indent=1)
        out.write_text(text + "\n", encoding="utf-8")
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
