"""`onewindow policy`: who may do what, as a table made from the rules."""

from __future__ import annotations

from pathlib import Path

import click

from engine.casework.policy.matrix import table, written_into
from onewindow.commands.outcome import border


@click.command()
@click.option(
    "--write",
    "page",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write it into this page, between its marks, instead of printing it.",
)
@border
def policy(page: Path | None) -> None:
    """Show each action against everybody who might try it: yes, or the status of the refusal."""
    if page is None:
        click.echo(table())
        return
    page.write_text(written_into(page.read_text(encoding="utf-8")), encoding="utf-8")
