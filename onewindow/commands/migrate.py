"""`onewindow migrate`: bring the tables to this version."""

from __future__ import annotations

import click

from engine.store import migrate as tables
from onewindow import logs
from onewindow.commands.outcome import Exit, border
from onewindow.compose import make_folder
from onewindow.settings import Settings


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when the tables are not at this version.")
@click.option(
    "--down-to", metavar="REVISION", help="Go back to a revision, such as base. Data of newer tables are lost."
)
@border
def migrate(check: bool, down_to: str | None) -> None:
    """Bring the tables of ONEWINDOW_DATABASE_URL to this version.

    Safe to repeat, and safe when several start at once: one migrates, the others wait.
    """
    settings = Settings.of_this_process()
    logs.configure("warning", "console")
    url = settings.database_url
    make_folder(url)
    if check:
        if tables.at_head(url):
            click.echo("The tables are at this version.")
            return
        click.echo("The tables are not at this version. Run: onewindow migrate", err=True)
        raise SystemExit(Exit.findings)
    if down_to is not None:
        tables.downgrade(url, down_to)
        click.echo(f"The tables are at revision {down_to}.")
        return
    tables.upgrade(url)
    click.echo("The tables are at this version.")
