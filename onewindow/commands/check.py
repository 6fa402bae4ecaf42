"""`onewindow check`: does everything that is kept hold together? After a restore, an outage, or from time to time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from engine.runtime.integrity import IntegrityReport, check_integrity
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings

_MOST_TOLD = 100


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def check(as_json: bool) -> None:
    """Check every case: it waits for something, its tasks, jobs and history agree, its journal is unbroken.

    And the books, booking by booking, and the database's own tables and indexes.

    Changes nothing, and may run beside the others. Exit code 0: all holds; 1: something does not.
    """
    settings = Settings.of_this_process()
    composed = compose(settings)
    try:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            looking = progress.add_task("Instances", total=None)
            report = check_integrity(
                composed.runtime,
                lambda done: progress.update(looking, completed=done),
                late=timedelta(seconds=settings.lease_seconds),
            )
    finally:
        composed.database.close()
    if as_json:
        print_json(asdict(report))
    else:
        _show(report)
    if report.violations:
        raise SystemExit(Exit.findings)


def _show(report: IntegrityReport) -> None:
    click.echo(
        f"{report.instances:,} instances, {report.tasks:,} tasks, {report.visits:,} visits and "
        f"{report.entries:,} journal entries looked at."
    )
    if not report.violations:
        click.echo("All holds together.")
        return
    table = Table("rule", "of", "what does not hold")
    for found in report.violations[:_MOST_TOLD]:
        table.add_row(found.rule, found.subject, found.message)
    Console().print(table)
    if len(report.violations) > _MOST_TOLD:
        click.echo(f"{len(report.violations) - _MOST_TOLD:,} more are not listed; --json has them all.")
    click.echo("Nothing was changed. docs/operator/running.md tells what each rule means and what to do.", err=True)
