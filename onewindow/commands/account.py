"""`onewindow account`: accounts and their duties."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table

from engine.casework.look import LookKind
from engine.casework.organisation import require_unlike
from engine.casework.shown_name import checked_shown_name
from engine.clock import SystemClock
from engine.errors import NotFound
from engine.store.queries import accounts as queries
from engine.store.queries.organisation import agencies
from engine.store.unit_of_work import UnitOfWork
from onewindow import accounts, logs
from onewindow.account_journal import note_looks
from onewindow.accounts import Duties
from onewindow.commands.outcome import border, print_json
from onewindow.compose import open_database
from onewindow.credentials import password_rules
from onewindow.federation.providers_file import read_providers_file
from onewindow.password_codes import LIFE, new_code
from onewindow.settings import Settings
from onewindow.words import checked_name

Command = TypeVar("Command", bound=Callable[..., None])

_DUTIES = (
    click.option("--citizen", is_flag=True, help="May apply for services."),
    click.option("--analyst", is_flag=True, help="May deploy procedures and look at models and figures."),
    click.option("--operator", is_flag=True, help="May repair incidents and look into instances."),
    click.option(
        "--queue", "queues", multiple=True, metavar="AGENCY:ROLE", help="Member of this queue; may be repeated."
    ),
    click.option("--supervises", multiple=True, metavar="AGENCY", help="Supervisor of this agency; may be repeated."),
)


def _with_duties(command: Command) -> Command:
    for option in reversed(_DUTIES):
        command = option(command)
    return command


def _duties(
    citizen: bool, analyst: bool, operator: bool, queues: tuple[str, ...], supervises: tuple[str, ...]
) -> Duties:
    return Duties(
        citizen=citizen,
        analyst=analyst,
        operator=operator,
        queues=accounts.queues_of(queues),
        supervises=frozenset(checked_name(agency) for agency in supervises),
    )


def _settings() -> Settings:
    """The settings; what is done is told the log of security events, on standard error."""
    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    return settings


@click.group()
def account() -> None:
    """Accounts and their duties."""


@account.command()
@click.argument("name")
@click.option("--shown-name", required=True, help="Name of the person or system, as others see it.")
@click.option("--pin", help="Personal number of a person, as the population register knows it.")
@click.option("--token-only", is_flag=True, help="No password: for programs, which use an API token.")
@click.option("--invite", "is_invited", is_flag=True, help="No password yet: print a code for its owner to set one.")
@_with_duties
@border
def add(
    name: str,
    shown_name: str,
    pin: str | None,
    token_only: bool,
    is_invited: bool,
    citizen: bool,
    analyst: bool,
    operator: bool,
    queues: tuple[str, ...],
    supervises: tuple[str, ...],
) -> None:
    """Make an account. The password is asked for, or read from standard input when that is no terminal.

    With --invite only its owner will know the password: see `onewindow account invite`.
    """
    duties = _duties(citizen, analyst, operator, queues, supervises)
    shown_name = checked_shown_name(shown_name)
    _require_unlike_agencies(shown_name)
    password = None if token_only or is_invited else ask_password()
    settings = _settings()
    database, rules = open_database(settings), password_rules(settings)
    now = SystemClock().now()
    key = accounts.add_account(database, checked_name(name), shown_name, password, duties, now, pin, rules)
    click.echo(f"Account {name} was made; its key is {key}.")
    if is_invited:
        _tell_code(name, new_code(database, name, now))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def list_accounts(as_json: bool) -> None:
    """List the accounts with their duties."""
    at = SystemClock().now()
    found = open_database(_settings()).run(lambda work: _listed(work, at))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    table = Table("Sign-in name", "Name", "Duties", "State")
    for one in found:
        table.add_row(one.sign_in_name, one.name, ", ".join(one.duties), "disabled" if one.disabled else "open")
    Console().print(table)


@account.command()
@click.argument("name")
@click.option("--again", is_flag=True, help="Open the account again.")
@border
def disable(name: str, again: bool) -> None:
    """Close an account: it is signed out everywhere and its tokens do not work. What it did stays."""
    accounts.set_disabled(open_database(_settings()), name, not again)
    click.echo(f"Account {name} is {'open again' if again else 'closed'}.")


@account.command()
@click.argument("name")
@click.confirmation_option(prompt="All that is kept of this person becomes unreadable for good. Go on?")
@border
def erase(name: str) -> None:
    """Forget a person of whom no record is kept any more: the key of her data is destroyed. There is no way back."""
    accounts.erase(open_database(_settings()), name, SystemClock().now())
    click.echo("The account was erased.")


@account.command()
@click.argument("name")
@border
def passwd(name: str) -> None:
    """Give an account a new password; it is signed out everywhere."""
    settings = _settings()
    accounts.set_password(open_database(settings), name, ask_password(), password_rules(settings))
    click.echo(f"Account {name} has a new password.")


@account.command()
@click.argument("name")
@border
def invite(name: str) -> None:
    """Print a code by which its owner sets a new password: of a new account, or when she forgot hers.

    Give it to her alone, after you saw who she is. The code is good once; the password before works until then.
    """
    _tell_code(name, new_code(open_database(_settings()), name, SystemClock().now()))


def _tell_code(name: str, code: str) -> None:
    hours = LIFE.total_seconds() / 3600
    click.echo(f"Code for account {name}, good once within {hours:.0f} hours: {code}")
    click.echo("Its owner sets her password with it at POST /api/v1/session/password.")


@account.command("sign-out")
@click.argument("name")
@border
def sign_out(name: str) -> None:
    """End all sessions of an account, such as after a theft. Its tokens go on working: see `onewindow token revoke`."""
    ended = accounts.sign_out(open_database(_settings()), name)
    click.echo(f"{ended} sessions of account {name} were ended.")


@account.command("reset-factors")
@click.argument("name")
@border
def reset_factors(name: str) -> None:
    """Take all second factors of an account away, whose owner lost them. See her face first: it opens her account.

    She is signed out everywhere, and adds a new factor at her next sign-in.
    """
    gone = accounts.reset_factors(open_database(_settings()), name)
    click.echo(f"{gone} second factors of account {name} were taken away.")


@account.command()
@click.argument("name")
@click.option("--provider", required=True, help="The provider's name in the file of identity providers.")
@click.option("--subject", required=True, help="The `sub` by which it knows the person.")
@border
def link(name: str, provider: str, subject: str) -> None:
    """Let who signs in at an identity provider as SUBJECT be this account. Make sure who she is first."""
    settings = _settings()
    if read_providers_file(settings.identity.providers_file, settings.secrets).get(provider) is None:
        raise NotFound.of("identity provider", provider)
    accounts.link(open_database(settings), name, provider, subject, SystemClock().now())
    click.echo(f"Account {name} is known at {provider} now.")


@account.command()
@click.option("--provider", required=True, help="The provider's name in the file of identity providers.")
@click.option("--subject", required=True, help="The `sub` by which it knows the person.")
@border
def unlink(provider: str, subject: str) -> None:
    """Know nobody by an identity any more. The account and its duties stay; its sessions by that provider end."""
    key = accounts.unlink(open_database(_settings()), provider, subject, SystemClock().now())
    click.echo(f"The account {key} is not known at {provider} any more.")


@account.command()
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Take the duties named away instead.")
@_with_duties
@border
def grant(
    name: str,
    revoke: bool,
    citizen: bool,
    analyst: bool,
    operator: bool,
    queues: tuple[str, ...],
    supervises: tuple[str, ...],
) -> None:
    """Give an account duties, or take them away; it works at once, also for sessions that are open."""
    duties = _duties(citizen, analyst, operator, queues, supervises)
    accounts.grant(open_database(_settings()), name, duties, revoke=revoke)
    click.echo(f"The duties of account {name} were changed.")


def _listed(work: UnitOfWork, at: datetime) -> list[queries.AccountRow]:
    """All accounts, with the entries that tell each citizen of it."""
    found = queries.account_rows(work.reading)
    note_looks(work, at, LookKind.account, [one.id for one in found if "citizen" in one.duties])
    return found


def _require_unlike_agencies(shown_name: str) -> None:
    """Nobody bears a name that passes for that of an agency. Raises NameTaken."""
    with open_database(Settings.of_this_process()).read() as connection:
        require_unlike({"": shown_name}, {one.key: one.names for one in agencies(connection)})


def ask_password() -> str:
    """A password typed twice without showing it, or the first line of standard input."""
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\r\n")
