"""`onewindow backup`: database and files into a folder, while everything runs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from onewindow.backup import back_up
from onewindow.commands.outcome import border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def backup(folder: Path, as_json: bool) -> None:
    """Write the database and all files into FOLDER, as they are now. Safe while web and workers run."""
    settings = Settings.of_this_process()
    composed = compose(settings)
    try:
        report = back_up(settings.database_url, composed.runtime.storage, folder, _told)
    finally:
        composed.database.close()
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{report.rows:,} rows and {report.files:,} files are in {folder}. Heads: {report.heads[:16]}...")


def _told(part: str) -> None:
    click.echo(f"{part} ...", err=True)
