"""`onewindow restore`: a backup into an empty database and an empty place for files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from onewindow.backup import restore as read_back
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import compose, make_folder
from onewindow.master_keys import require_master_key
from onewindow.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def restore(folder: Path, as_json: bool) -> None:
    """Read the backup in FOLDER into the empty database of ONEWINDOW_DATABASE_URL, and check that it holds together.

    It may have been written from the other kind of database. Exit code 1: it was read, and something does not hold.
    """
    settings = Settings.of_this_process()
    require_master_key(settings)
    make_folder(settings.database_url)
    composed = compose(settings)
    try:
        report = read_back(composed.runtime, settings.database_url, composed.runtime.storage, folder, _told)
    finally:
        composed.database.close()
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{report.rows:,} rows and {report.files:,} files of {report.at} were read.")
        click.echo("All holds together." if not report.violations else f"{report.violations} things do not hold.")
    if report.violations:
        raise SystemExit(Exit.findings)


def _told(part: str) -> None:
    click.echo(f"{part} ...", err=True)
