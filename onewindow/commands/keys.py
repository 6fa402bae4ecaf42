"""`onewindow keys`: how personal data are encrypted; encrypt what is not yet; move to another master key."""

from __future__ import annotations

import click

from engine.runtime.encrypt_data import encrypt_data
from engine.runtime.rotate_keys import rotate_keys
from engine.store.repositories.keys import EncryptionState
from onewindow.commands.outcome import border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings

_STANDS = {
    EncryptionState.off: "Personal data are kept in clear. Once no older node runs: onewindow keys encrypt",
    EncryptionState.on: "What is new is encrypted; what was there before is not yet whole: onewindow keys encrypt",
    EncryptionState.whole: "All personal data are encrypted; clear values are refused.",
}


@click.group()
def keys() -> None:
    """Keys of personal data. The master keys are secrets that this program never writes anywhere."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def status(as_json: bool) -> None:
    """How far the database is encrypted, and how many keys each master key wraps."""
    composed = compose(Settings.of_this_process())
    try:
        composed.database.check_keys()
        with composed.database.work() as work:
            state, by_master = work.keys.state(), work.keys.by_master()
    finally:
        composed.database.close()
    current = composed.database.keyring.masters.current
    if as_json:
        print_json({"state": str(state), "current": current, "keys": by_master})
        return
    click.echo(_STANDS[state])
    for name, number in sorted(by_master.items()):
        click.echo(f"  {name}: {number:,} keys" + ("" if name == current else ", to be moved: onewindow keys rotate"))


@keys.command()
@border
def encrypt() -> None:
    """Encrypt what versions before kept in clear. Safe to repeat, and while everything runs but nodes of before."""
    composed = compose(Settings.of_this_process())
    try:
        encrypt_data(composed.runtime, lambda what, number: click.echo(f"{what}: {number:,} ...", err=True))
    finally:
        composed.database.close()
    click.echo(_STANDS[EncryptionState.whole])


@keys.command()
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Keys a transaction.")
@border
def rotate(batch: int) -> None:
    """Wrap all keys of persons with the master key of ONEWINDOW_MASTER_KEY. Safe to repeat, and while everything runs.

    The former master key must be set beside it until this has ended, on every node.
    """
    composed = compose(Settings.of_this_process())
    try:
        done = rotate_keys(composed.runtime, lambda number: click.echo(f"{number:,} ...", err=True), most=batch)
        with composed.database.work() as work:
            by_master = work.keys.by_master()
    finally:
        composed.database.close()
    current = composed.database.keyring.masters.current
    click.echo(f"{done:,} keys were wrapped with {current}; it wraps {by_master.get(current, 0):,} now.")
