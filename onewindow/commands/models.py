"""`onewindow lint` and `onewindow inspect`: models looked at without deploying them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.diagnostics import Severity
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import xml_limits
from onewindow.models import Examined, examine, files_in
from onewindow.settings import Settings

_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, for programs.")


@click.command()
@_PATHS
@_JSON
@click.option("--strict", is_flag=True, help="Count warnings as faults.")
@border
def lint(paths: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """Check models, decision tables, forms and passports, files or whole folders, without deploying them.

    Exit code 0: nothing stands against deployment; 1: faults were found.
    """
    found = _examined(paths)
    if as_json:
        print_json([{"file": one.file, "diagnostics": [d.to_json() for d in one.diagnostics]} for one in found])
    else:
        for one in found:
            for diagnostic in one.diagnostics:
                click.echo(str(diagnostic))
        counts = {level: sum(d.severity is level for one in found for d in one.diagnostics) for level in Severity}
        click.echo(f"{len(found)} files: " + ", ".join(f"{number} of {level}" for level, number in counts.items()))
    stands = {Severity.error, Severity.warning} if strict else {Severity.error}
    if any(d.severity in stands for one in found for d in one.diagnostics):
        raise SystemExit(Exit.findings)


@click.command()
@_PATHS
@_JSON
@border
def inspect(paths: tuple[Path, ...], as_json: bool) -> None:
    """Show every element of a model: type, line, name, what matters about it, and what was found.

    Exit code 0: the files can be deployed; 1: something stands against it.
    """
    found = _examined(paths)
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        console = Console()
        for one in found:
            _show(console, one)
    if any(one.is_refused for one in found):
        raise SystemExit(Exit.findings)


def _examined(paths: tuple[Path, ...]) -> list[Examined]:
    limits, kernel = xml_limits(Settings.of_this_process()), SpiffKernel()
    files = list(files_in(paths))
    return [examine(path, kernel, limits, files) for path in files]


def _show(console: Console, one: Examined) -> None:
    verdict = "cannot be deployed" if one.is_refused else "can be deployed"
    table = Table(
        "Line", "Type", "Id", "Name", "Meaning", "Found", title=f"{one.file}: {verdict}", title_justify="left"
    )
    for row in one.rows:
        said = [f"{d.severity}: {d.message}" for d in one.diagnostics if d.element_id == row.id]
        table.add_row(str(row.line or ""), row.type, row.id, row.name, row.meaning, "\n".join(said))
    console.print(table)
    ids = {row.id for row in one.rows}
    for diagnostic in one.diagnostics:
        if diagnostic.element_id not in ids:
            console.print(str(diagnostic), markup=False)
