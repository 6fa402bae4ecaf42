"""`onewindow deadline`: when a term ends, and which days count, day by day."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import click

from engine.calendar import Counting, Length, WorkingCalendar
from engine.casework.term import Term
from engine.casework.term_days import TermDay, Why, days_of
from engine.casework.term_words import told
from onewindow.commands.outcome import border, print_json
from onewindow.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.command()
@click.argument("length", metavar="LENGTH")
@click.option("--from", "since", type=_DAY, help="Day or moment of the event; today without it.")
@click.option(
    "--counting",
    type=click.Choice([str(one) for one in Counting]),
    default=str(Counting.calendar_days),
    show_default=True,
    help="Which days count.",
)
@click.option("--country", help="Code of the country, such as AZ; that of ONEWINDOW_COUNTRY without it.")
@click.option(
    "--stopped", "stops", multiple=True, metavar="FROM..UNTIL", help="Days on which the clock stood still; repeatable."
)
@click.option("--closed", "closed", type=click.DateTime(["%Y-%m-%d"]), multiple=True, help="A closing day; repeatable.")
@click.option("--language", type=click.Choice(["az", "en", "ru"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@border
def deadline(
    length: str,
    since: datetime | None,
    counting: str,
    country: str | None,
    stops: tuple[str, ...],
    closed: tuple[datetime, ...],
    language: str,
    as_json: bool,
) -> None:
    """Tell when a term of LENGTH (such as P10D or P1M) ends, and each of its days with the reason why it counts.

    No database is asked: closures of agencies are named by --closed.
    """
    settings = Settings.of_this_process()
    zone = ZoneInfo(settings.time_zone)
    closures = {one.date(): "--closed" for one in closed}
    calendar = WorkingCalendar(country or settings.country, timezone=settings.time_zone).closed_on(closures)
    began = (since or datetime.combine(datetime.now(zone).date(), time(9))).replace(tzinfo=zone)
    term = Term(name="term", length=Length.parse(length), counting=Counting(counting), started_at=began)
    for one in stops:
        first, last = _days(one)
        term = term.stop(datetime.combine(first, time(9), zone)).resume(datetime.combine(last, time(9), zone))
    due = term.deadline(calendar)
    assert due is not None
    ends = due.astimezone(zone)
    days = days_of(term, calendar, due, closures)
    if as_json:
        print_json({"deadline": ends.isoformat(), "days": [_plain(day, calendar, language) for day in days]})
        return
    for day in days:
        click.echo(_sentence(day, calendar, language))
    click.echo(f"{ends:%Y-%m-%d %H:%M}")


def _days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as fault:
        raise click.BadParameter(f"expected days such as 2026-03-02..2026-03-09, found {text!r:.60}") from fault
    if days[1] < days[0]:
        raise click.BadParameter(f"expected an end on or after {first}, found {last}")
    return days


def _sentence(day: TermDay, calendar: WorkingCalendar, language: str) -> str:
    return told(day, language, calendar.holiday_name(day.day, "az") if language == "az" else "")


def _plain(day: TermDay, calendar: WorkingCalendar, language: str) -> dict[str, object]:
    return {
        "day": day.day.isoformat(),
        "why": str(day.why),
        "counted": day.why in (Why.counted, Why.extra_working),
        "number": day.number,
        "sentence": _sentence(day, calendar, language),
    }
