"""`onewindow feel`: an expression tried, or many at a prompt."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from engine.errors import OnewindowError
from engine.feel import FeelSyntaxError, Result, Value, parse_expression, parse_unary_tests, to_json
from engine.feel.text import literal_text
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.feel_values import read_context, read_source
from onewindow.settings import Settings

_HELP = ":context shows the values, :context {a: 1} sets them, :quit or Ctrl-D ends."


@click.command()
@click.argument("expression", required=False)
@click.option(
    "--context", "said", default="{}", metavar="JSON", help="Values by name; @file reads a file, - the input."
)
@click.option("--unary", metavar="VALUE", help="Take the expression as the cell of a table, and test this FEEL value.")
@click.option("--json", "as_json", is_flag=True, help="Print value and warnings as JSON.")
@border
def feel(expression: str | None, said: str, unary: str | None, as_json: bool) -> None:
    """Evaluate a FEEL expression and print its value; without one, at a prompt.

    Why something became null goes to standard error. Exit code 0: evaluated; 1: with warnings; 2: no FEEL.
    """
    trial = _Trial(read_context(read_source(said)), Settings.of_this_process().time_zone)
    if expression is None:
        _prompt(trial)
        return
    try:
        result = trial.evaluate(expression) if unary is None else trial.test(expression, unary)
    except FeelSyntaxError as fault:
        _show_place(expression, fault)
        raise
    if as_json:
        warnings = [{"code": one.code, "message": one.message, "at": one.at} for one in result.warnings]
        print_json({"value": to_json(result.value), "feel": literal_text(result.value), "warnings": warnings})
    else:
        _show(result)
    if result.warnings:
        raise SystemExit(Exit.findings)


@dataclass(slots=True)
class _Trial:
    """Values to try expressions with."""

    context: dict[str, Value]
    zone: str
    last: Value = field(default=None)

    def evaluate(self, text: str) -> Result:
        """The value of an expression. Raises FeelSyntaxError, FeelBudgetExceeded."""
        return parse_expression(text, self.context).evaluate(self.context, now=self._now())

    def test(self, text: str, value: str) -> Result:
        """Whether a value passes unary tests. Raises as `evaluate`."""
        given = self.evaluate(value).value
        return parse_unary_tests(text, self.context).matches(given, self.context, now=self._now())

    def _now(self) -> datetime:
        return datetime.now(ZoneInfo(self.zone))


def _prompt(trial: _Trial) -> None:
    is_person = sys.stdin.isatty()
    if is_person:
        import readline  # noqa: F401 (gives the prompt its history, where there is a terminal)

        click.echo(f"FEEL. {_HELP}")
    while True:
        try:
            line = input("feel> " if is_person else "").strip()
        except EOFError:
            return
        if line in (":quit", ":q"):
            return
        if line:
            _answer(trial, line)


def _answer(trial: _Trial, line: str) -> None:
    try:
        if line.startswith(":context"):
            said = line.removeprefix(":context").strip()
            if said:
                trial.context = read_context(said)
            click.echo(literal_text(dict(trial.context)))
        elif line.startswith(":"):
            click.echo(_HELP)
        else:
            _show(trial.evaluate(line))
    except FeelSyntaxError as fault:
        _show_place(line, fault)
        click.echo(fault.problem, err=True)
    except OnewindowError as fault:
        click.echo(f"{fault.message} {fault.remedy}".strip(), err=True)


def _show(result: Result) -> None:
    click.echo(literal_text(result.value))
    for warning in result.warnings:
        click.echo(f"null because: {warning.message}", err=True)


def _show_place(text: str, fault: FeelSyntaxError) -> None:
    """The line at fault with a caret below its column."""
    line = text.split("\n")[fault.line - 1]
    click.echo(line, err=True)
    click.echo(" " * (fault.column - 1) + "^", err=True)
