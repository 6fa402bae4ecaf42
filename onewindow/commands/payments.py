"""`onewindow payments`: the provider's daily file against our books, and what agencies earned."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from engine.casework.actor import SYSTEM
from engine.casework.statement import MOST_BYTES
from engine.errors import Invalid
from engine.runtime.reconcile import midnights, reconcile
from engine.store.queries.payments import revenue as revenue_of
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def payments() -> None:
    """Payments: the provider's daily file, and revenue."""


@payments.command("reconcile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--day", type=_DAY, help="The day the file is of; by its lines without it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def reconcile_file(file: Path, day: datetime | None, as_json: bool) -> None:
    """Hold the provider's daily FILE (CSV) against our books: what is certain is booked, all else is told.

    Safe to repeat. Exit code 0: no difference; 1: there are some.
    """
    if file.stat().st_size > MOST_BYTES:
        raise Invalid(f"Expected a file of at most {MOST_BYTES:,} bytes.", remedy="Split it by days.")
    composed = compose(Settings.of_this_process())
    try:
        found = reconcile(composed.runtime, file.read_bytes(), by=SYSTEM, day=day.date() if day else None)
    finally:
        composed.database.close()
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(f"{found.lines} lines: {found.matched} confirmed what is booked, {found.booked} were booked now.")
        for one in found.differences:
            told = f"ours {one.ours or '-'}, theirs {one.theirs or '-'}"
            click.echo(f"  {one.kind}: {one.subject} {one.reference or '-'} ({one.provider_id}): {told}")
        click.echo(f"{len(found.differences)} differences." if found.differences else "No differences.")
    if found.differences:
        raise SystemExit(Exit.findings)


@payments.command()
@click.option("--since", type=_DAY, required=True, help="First day.")
@click.option("--until", type=_DAY, required=True, help="Last day, inclusive.")
@click.option("--agency", "agencies", multiple=True, metavar="AGENCY", help="Only this one; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def revenue(since: datetime, until: datetime, agencies: tuple[str, ...], as_json: bool) -> None:
    """What agencies earned in a period, by the ledger: received, refunded, and what remains."""
    settings = Settings.of_this_process()
    first, over = midnights(_day(since), _day(until), ZoneInfo(settings.time_zone))
    composed = compose(settings)
    try:
        with composed.database.read() as connection:
            rows = revenue_of(connection, first, over, agencies or None)
    finally:
        composed.database.close()
    if as_json:
        print_json([{**asdict(row), "net": row.net} for row in rows])
        return
    if not rows:
        click.echo("Nothing was earned in this period.")
        return
    table = Table("Agency", "Payments", "Received", "Refunded", "Net", "Currency")
    for row in rows:
        amounts = (str(row.received), str(row.refunded), str(row.net))
        table.add_row(row.agency, str(row.payments), *amounts, row.currency)
    Console().print(table)


def _day(moment: datetime) -> date:
    return moment.date()
