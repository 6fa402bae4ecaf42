"""`onewindow test`: the scenarios of procedures."""

from __future__ import annotations

from pathlib import Path

import click

from onewindow import logs
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import connectors
from onewindow.scenarios.partners import OutsideWork
from onewindow.scenarios.report import ScenarioOutcome, ScenarioReport
from onewindow.scenarios.runner import FORM_ONLY, run_scenarios
from onewindow.settings import Settings


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR...]")
@click.option("--only", metavar="TEXT", help="Only scenarios whose file name holds this text.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def test(folders: tuple[Path, ...], only: str | None, as_json: bool) -> None:
    """Run the scenarios of procedures on virtual time with scripted partners; by default of all that are shipped.

    Prints each scenario, and which elements of the models none has passed. Exit code 0: all went as they say; 1: not.
    """
    settings = Settings.of_this_process()
    logs.configure("error", "console")
    schemas = {**dict.fromkeys(settings.external_job_types, OutsideWork()), **connectors(settings).schemas}
    if not settings.partners.file:
        schemas |= FORM_ONLY
    reports = [
        run_scenarios(
            folder,
            only=only,
            heard=None if as_json else _progress,
            connectors=schemas,
            zone=settings.time_zone,
        )
        for folder in folders or (settings.procedures,)
    ]
    report = ScenarioReport(procedures=tuple(one for found in reports for one in found.procedures))
    if as_json:
        print_json(report.to_json())
    else:
        click.echo()
        for line in report.lines():
            click.echo(line)
    if not report.passed:
        raise SystemExit(Exit.findings)


def _progress(outcome: ScenarioOutcome) -> None:
    click.echo("." if outcome.passed else "F", nl=False)
