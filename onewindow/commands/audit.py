"""`onewindow audit`: seals over the journal, and the proof that nothing of it was changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from engine.audit import SignedSeal, VerifyKey
from engine.runtime.seal_journal import seal_journal
from engine.runtime.verify_journal import JournalReport, verify_journal
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import compose
from onewindow.sealing import NoSealKey, export, places, seal_key
from onewindow.settings import Settings

_MOST_TOLD = 100
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The journal: seals, and whether anything was changed."""


@audit.command()
@border
def seal() -> None:
    """Seal what has moved since the last seal, and take seals to the places outside."""
    settings = Settings.of_this_process()
    key = seal_key(settings)
    if key is None:
        raise NoSealKey
    outside = places(settings)
    composed = compose(settings)
    try:
        made = seal_journal(composed.runtime, key)
        taken = export(composed.runtime, outside)
    finally:
        composed.database.close()
    for one in made:
        click.echo(f"Seal {one.seal.number}: {one.seal.size:,} heads, root {one.seal.root.hex()}")
    if not made:
        click.echo("Nothing has moved since the last seal.")
    if outside:
        click.echo(f"{taken} seals were taken outside.")
    else:
        click.echo("No place outside is set (ONEWINDOW_SEAL_OUT): a seal kept only here proves nothing.", err=True)


@audit.command()
@border
def key() -> None:
    """Print the public key that seals are checked with, to be published where we cannot change it unseen."""
    found = seal_key(Settings.of_this_process())
    if found is None:
        raise NoSealKey
    click.echo(found.verifier.pem().decode(), nl=False)
    click.echo(f"Its id is {found.verifier.id}.", err=True)


@audit.command()
@click.option("--against", multiple=True, type=_FILE, help="A seal that was kept outside; several times for several.")
@click.option("--key", "keys", multiple=True, type=_FILE, help="Public keys of seals; ours without it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@border
def verify(against: Iterable[Path], keys: Iterable[Path], as_json: bool) -> None:
    """Check every entry, head and seal of the journal, and hold it against seals that were kept outside.

    Changes nothing, and may run beside the others. Exit code 0: all holds; 1: something does not.
    """
    settings = Settings.of_this_process()
    known = [VerifyKey.read(file.read_bytes()) for file in keys]
    own = seal_key(settings)
    if own is not None and not known:
        known = [own.verifier]
    outside = [SignedSeal.read(file.read_bytes()) for file in against]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        looking = progress.add_task("Entries", total=None)
        report = verify_journal(
            settings.database_url, known, outside, lambda done: progress.update(looking, completed=done)
        )
    if as_json:
        print_json(asdict(report))
    else:
        _show(report, len(outside))
    if report.findings:
        raise SystemExit(Exit.findings)


def _show(report: JournalReport, outside: int) -> None:
    click.echo(f"{report.entries:,} entries in {report.chains:,} chains and {report.seals:,} seals looked at.")
    if report.findings:
        table = Table("rule", "of", "what does not hold")
        for found in report.findings[:_MOST_TOLD]:
            table.add_row(found.rule, found.subject, found.message)
        Console().print(table)
        if len(report.findings) > _MOST_TOLD:
            click.echo(f"{len(report.findings) - _MOST_TOLD:,} more are not listed; --json has them all.")
        click.echo("Nothing was changed. docs/operator/audit.md tells what each rule means and what to do.", err=True)
        return
    click.echo("All holds.")
    if not outside:
        click.echo(
            "No seal from outside was given (--against): who can write the database and holds the key could have "
            "changed everything.",
            err=True,
        )
