"""`onewindow token`: API tokens."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from door.scopes import checked_scopes
from engine.casework.look import LookKind
from engine.clock import SystemClock
from engine.store.queries import accounts as queries
from engine.store.queries.credentials import tokens_of
from engine.store.records import TokenRecord
from engine.store.unit_of_work import UnitOfWork
from onewindow import accounts, logs
from onewindow.account_journal import note_looks
from onewindow.commands.outcome import border, print_json
from onewindow.compose import open_database
from onewindow.settings import Settings


def _settings() -> Settings:
    """The settings; what is done is told the log of security events, on standard error."""
    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    return settings


@click.group()
def token() -> None:
    """API tokens: each belongs to an account, may do what it may do, and ends by itself."""


@token.command()
@click.argument("account")
@click.option("--name", required=True, help="What it is for, such as the program that will use it.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it works.")
@click.option(
    "--scope", "scopes", multiple=True, metavar="NOUN:ACT", help="What it may do, such as tasks:read; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def create(account: str, name: str, days: int, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a token of ACCOUNT. It is shown this once; only its hash is kept. Without scopes it may do all."""
    database, limit = open_database(_settings()), checked_scopes(scopes) if scopes else None
    key, secret = accounts.create_token(database, account, name, timedelta(days=days), SystemClock().now(), limit)
    if as_json:
        print_json({"id": key, "token": secret})
        return
    click.echo(secret)
    click.echo(f"Token {key} works for {days} days. It is not shown again.", err=True)


@token.command()
@click.argument("token_id")
@border
def revoke(token_id: str) -> None:
    """Take a token away for good."""
    accounts.revoke_token(open_database(_settings()), token_id)
    click.echo(f"Token {token_id} was revoked.")


def _listed(work: UnitOfWork, at: datetime) -> tuple[list[TokenRecord], dict[str, str]]:
    """All tokens and the names of their accounts, with the entries that tell each citizen of it."""
    found = tokens_of(work.reading)
    rows = {one.id: one for one in queries.account_rows(work.reading)}
    seen = {one.account_id for one in found if one.account_id in rows and "citizen" in rows[one.account_id].duties}
    note_looks(work, at, LookKind.tokens, seen)
    return found, {key: one.sign_in_name for key, one in rows.items()}


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def list_tokens(as_json: bool) -> None:
    """List the tokens; never their secrets."""
    at = SystemClock().now()
    found, names = open_database(_settings()).run(lambda work: _listed(work, at))
    if as_json:
        print_json([{name: value for name, value in asdict(one).items() if name != "hash"} for one in found])
        return
    table = Table("Key", "Account", "For", "Made", "Works until", "Last used")
    for one in found:
        used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never"
        made, until = f"{one.created_at:%Y-%m-%d}", f"{one.expires_at:%Y-%m-%d}"
        table.add_row(one.id, names.get(one.account_id, one.account_id), one.name, made, until, used)
    Console().print(table)
