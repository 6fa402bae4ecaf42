"""`onewindow dmn run`: a decision of a file tried and explained, without deploying it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from engine.dmn import CompiledDecisions, DecisionResult, TableTrace, compile_decisions, evaluate, read_dmn
from engine.dmn.explain import LANGUAGES, Language, explain, explanation_json, sentences
from engine.dmn.model import InputData
from engine.errors import Invalid
from engine.feel import Value, read_temporal, to_json
from engine.feel.text import literal_text
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.decision_folders import DecisionFolder
from onewindow.feel_values import read_context, read_source
from onewindow.settings import Settings


@click.group()
def dmn() -> None:
    """Decisions (DMN): try and explain them before they are deployed."""


@dmn.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "said", default="{}", metavar="JSON", help="Inputs by name; @file reads a file, - the input.")
@click.option(
    "--decision", "wanted", metavar="ID", help="Which one, or service; by id or name. By default what nobody requires."
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print value, trace and explanation as JSON.")
@border
def run(file: Path, said: str, wanted: str | None, language: str, as_json: bool) -> None:
    """Make a decision of a DMN file: its value, why, and what each table did.

    Models that the file imports are looked for in its folder.
    Dates and durations may be written as JSON texts where the model declares their type.
    Exit code 0: made; 1: with warnings; 2: no such file, model or decision.
    """
    definitions = read_dmn(_content(file), file=str(file))
    compiled = compile_decisions(definitions, DecisionFolder(file).imports_of(definitions))
    inputs = _typed(compiled, read_context(read_source(said)))
    now = datetime.now(ZoneInfo(Settings.of_this_process().time_zone))
    result = evaluate(compiled, wanted or _last(compiled), inputs, now=now)
    why, spoken = explain(compiled.definitions, result.trace, compiled.imported), cast("Language", language)
    if as_json:
        print_json(
            {
                "value": to_json(result.value),
                "sentences": list(sentences(why, spoken)),
                "decisions": explanation_json(why, spoken),
                "trace": result.trace_json(),
                "warnings": [str(warning) for warning in result.warnings],
            }
        )
    else:
        _show(result, sentences(why, spoken))
    if result.warnings:
        raise SystemExit(Exit.findings)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Invalid(f"{file} cannot be read: {fault.strerror}.", remedy="Name a DMN file.") from fault


def _last(compiled: CompiledDecisions) -> str:
    """The decision that no other one requires. Raises Invalid when there are several."""
    required = {one.element_id for element in compiled.definitions.elements for one in getattr(element, "requires", ())}
    last = [key for key in compiled.decision_ids if key not in required]
    if len(last) != 1:
        names = ", ".join((*compiled.decision_ids, *compiled.service_ids)) or "none"
        raise Invalid("The file holds several decisions.", remedy=f"Choose one with --decision: {names}.")
    return last[0]


def _typed(compiled: CompiledDecisions, inputs: dict[str, Value]) -> dict[str, Value]:
    """Texts as the dates, times and durations that the model declares."""
    declared = {one.name: one.variable.type_ref for one in compiled.definitions.elements if isinstance(one, InputData)}
    return {name: _as_declared(value, declared.get(name)) for name, value in inputs.items()}


def _as_declared(value: Value, type_ref: str | None) -> Value:
    if (
        isinstance(value, str)
        and type_ref is not None
        and ("date" in type_ref or type_ref.lower().endswith("duration"))
    ):
        return read_temporal(value) or value
    return value


def _show(result: DecisionResult, said: tuple[str, ...]) -> None:
    click.echo(literal_text(result.value))
    click.echo()
    for sentence in said:
        click.echo(sentence)
    console = Console()
    for decision in result.trace:
        for table in decision.tables:
            console.print()
            console.print(_drawn(decision.name, table))
    for warning in result.warnings:
        click.echo(str(warning), err=True)


def _drawn(name: str, trace: TableTrace) -> Table:
    """A table with the rules that matched, and the inputs they matched."""
    drawn = Table(title=f"{name}: {trace.hit_policy}", title_justify="left")
    columns: list[Any] = [label for label, _ in trace.inputs]
    outputs = [column for column, _ in trace.matched[0].outputs] if trace.matched else []
    for header in ("rule", *columns, *outputs):
        drawn.add_column(header)
    values = [literal_text(value) for _, value in trace.inputs]
    for rule in trace.matched:
        drawn.add_row(str(rule.index), *values, *(literal_text(value) for _, value in rule.outputs))
    if not trace.matched:
        drawn.add_row("default" if trace.used_default else "none", *values)
    return drawn
