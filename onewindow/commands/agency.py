"""`onewindow agency`: register agencies, appoint their administrators, see who works there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table

from engine.casework.actor import SYSTEM
from engine.runtime.agencies import appoint_administrator, dismiss_administrator, make_agency
from engine.runtime.wiring import Runtime
from engine.store.queries import organisation as queries
from onewindow.commands.outcome import border, print_json
from onewindow.compose import compose, open_database
from onewindow.settings import Settings

R = TypeVar("R")


@click.group()
def agency() -> None:
    """Agencies and their administrators. Administrators do the rest over the API."""


@agency.command()
@click.argument("key")
@click.option("--az", required=True, help="Its name in Azerbaijani.")
@click.option("--en", required=True, help="Its name in English.")
@click.option("--ru", required=True, help="Its name in Russian.")
@click.option("--parent", metavar="AGENCY", help="The agency above it.")
@border
def add(key: str, az: str, en: str, ru: str, parent: str | None) -> None:
    """Register an agency. Names that pass for those of another agency are refused."""
    names = {"az": az, "en": en, "ru": ru}
    act_with_runtime(lambda runtime: make_agency(runtime, key, names, by=SYSTEM, parent=parent))
    click.echo(f"Agency {key} is registered. Appoint its administrator: onewindow agency appoint {key} ACCOUNT")


@agency.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def list_agencies(as_json: bool) -> None:
    """List the agencies that are registered."""
    with open_database(Settings.of_this_process()).read() as connection:
        found = queries.agencies(connection)
    if as_json:
        print_json([{"key": one.key, "names": dict(one.names), "parent": one.parent} for one in found])
        return
    table = Table("Key", "Name", "Under")
    for one in found:
        table.add_row(one.key, one.names["en"], one.parent or "")
    Console().print(table)


@agency.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def members(key: str, as_json: bool) -> None:
    """List the people of an agency, with what they do."""
    with open_database(Settings.of_this_process()).read() as connection:
        found = queries.members(connection, SYSTEM, key)
    if as_json:
        print_json([{**asdict(one), "roles": sorted(one.roles)} for one in found])
        return
    table = Table("Sign-in name", "Name", "Unit", "Roles", "Duties")
    for one in found:
        duties = [name for name, has in (("supervisor", one.supervises), ("administrator", one.administers)) if has]
        table.add_row(one.sign_in_name, one.name, one.unit or "", ", ".join(sorted(one.roles)), ", ".join(duties))
    Console().print(table)


@agency.command()
@click.argument("key")
@click.argument("account")
@border
def appoint(key: str, account: str) -> None:
    """Let an account administer an agency: its people, not its cases."""
    act_with_runtime(lambda runtime: appoint_administrator(runtime, key, account, by=SYSTEM))
    click.echo(f"{account} administers {key}.")


@agency.command()
@click.argument("key")
@click.argument("account")
@border
def dismiss(key: str, account: str) -> None:
    """End that an account administers an agency."""
    act_with_runtime(lambda runtime: dismiss_administrator(runtime, key, account, by=SYSTEM))
    click.echo(f"{account} administers {key} no more.")


def act_with_runtime(act: Callable[[Runtime], R]) -> R:
    """Carry out a use case of this process's installation."""
    composed = compose(Settings.of_this_process())
    try:
        return act(composed.runtime)
    finally:
        composed.database.close()
