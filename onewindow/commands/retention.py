"""`onewindow retention`: what is archived and erased by when; do what is due now; plan again after a law changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from engine.runtime.retain import PUT_OFF, retain
from engine.store.queries.retention import due_until
from onewindow.commands.outcome import border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = 200


@click.group(invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Tell what is due, and change nothing.")
@click.option("--until", type=_DAY, help="With --dry-run: last day to look at; today without it.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print as JSON.")
@click.pass_context
@border
def retention(context: click.Context, dry_run: bool, until: datetime | None, as_json: bool) -> None:
    """Records of closed cases: when they are archived and erased. Workers do it by themselves, once a minute."""
    if context.invoked_subcommand is not None:
        return
    if not dry_run:
        click.echo(context.get_help())
        return
    settings = Settings.of_this_process()
    zone = ZoneInfo(settings.time_zone)
    last = (until or datetime.now(zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone)
    composed = compose(settings)
    try:
        with composed.database.read() as connection:
            rows = due_until(connection, (last + timedelta(days=1) - timedelta(microseconds=1)).astimezone(UTC))
    finally:
        composed.database.close()
    if as_json:
        print_json([{**asdict(row), "due_at": row.due_at.isoformat()} for row in rows])
        return
    if not rows:
        click.echo("Nothing is archived or erased by then.")
        return
    table = Table("Case", "Service", "Agency", "What", "From", "Hold")
    for row in rows[:_SHOWN]:
        day = row.due_at.astimezone(zone).date().isoformat()
        table.add_row(row.number, row.service_key, row.agency, row.act, day, "held" if row.is_held else "")
    Console().print(table)
    for act, number in sorted(Counter(row.act for row in rows).items()):
        click.echo(f"{number:,} to {act}.")


@retention.command()
@border
def run() -> None:
    """Archive and erase all that is due now, as a worker does. Safe to break off and to repeat."""
    composed, done = compose(Settings.of_this_process()), Counter[str]()
    try:
        while (found := Counter(retain(composed.runtime))) and set(found) != {PUT_OFF}:
            done.update(found)
        done.update(found)
    finally:
        composed.database.close()
    click.echo(", ".join(f"{number:,} {what}" for what, number in sorted(done.items())) or "Nothing was due.")


@retention.command()
@click.option("--service", help="Only cases of this service.")
@border
def replan(service: str | None) -> None:
    """Let workers plan closed cases anew, after a passport or a setting says other lengths."""
    composed = compose(Settings.of_this_process())
    try:
        now = composed.runtime.clock.now()
        number = composed.database.run(lambda work: work.records.plan_again(service, now))
    finally:
        composed.database.close()
    click.echo(f"{number:,} closed cases are planned anew by the next rounds of a worker.")
