"""`onewindow company`: accounts of companies, and the mandates that a register or a document proves."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from engine.casework.actor import SYSTEM
from engine.casework.mandate import MandateSource
from engine.runtime.mandates import add_company, offer_mandate
from onewindow.commands.agency import act_with_runtime
from onewindow.commands.outcome import border
from onewindow.settings import Settings
from onewindow.words import checked_name


@click.group()
def company() -> None:
    """Accounts of companies, and who may act for them."""


@company.command()
@click.argument("name")
@click.option("--shown-name", required=True, help="Name of the company, as the register has it.")
@click.option("--tin", required=True, help="Its taxpayer's number (VÖEN).")
@border
def add(name: str, shown_name: str, tin: str) -> None:
    """Make the account of a company. It has no password; people act for it under mandates."""
    key = act_with_runtime(lambda runtime: add_company(runtime, checked_name(name), shown_name, tin, by=SYSTEM))
    click.echo(f"The company {name} has an account; its key is {key}.")


@company.command()
@click.argument("mandator")
@click.argument("holder")
@click.option("--source", type=click.Choice(["register", "document"]), required=True, help="What proves the mandate.")
@click.option("--reference", required=True, help="Number of the register's entry, or of the document.")
@click.option("--service", "services", multiple=True, metavar="KEY", help="Only for this service; may be repeated.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it is valid.")
@border
def mandate(
    mandator: str, holder: str, source: str, reference: str, services: tuple[str, ...], until: datetime | None
) -> None:
    """Enter that HOLDER may act for MANDATOR, a company or a person. HOLDER accepts it over the API."""
    zone = ZoneInfo(Settings.of_this_process().time_zone)
    ends = until.replace(tzinfo=zone) + timedelta(days=1) if until else None
    made = act_with_runtime(
        lambda runtime: offer_mandate(
            runtime,
            by=SYSTEM,
            mandator=mandator,
            holder=holder,
            services=services or None,
            until_at=ends,
            source=MandateSource(source),
            reference=reference,
        )
    )
    click.echo(f"The mandate {made.id} waits for {holder} to accept it.")
