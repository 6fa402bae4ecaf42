"""The operators' page of logs names every event that the product writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).parents[3]
PAGE = (HOUSE / "docs" / "operator" / "logs.md").read_text(encoding="utf-8")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGERS = {"log", "security"}
ROUNDS_OF_WORK = {"webhook"}
"""What a worker tells at the level `debug`: that it worked."""


def told(node: ast.AST, *by: str) -> Iterator[str]:
    """The events that a call writes, when it writes any; `by` are functions that write some."""
    if not isinstance(node, ast.Call) or not node.args:
        return
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    of = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
    if (of in LOGGERS and name in LEVELS) or name in by:
        first = node.args[0]
        texts = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
        yield from (text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str))


def events_of(room: str, *by: str) -> set[str]:
    trees = (ast.parse(file.read_text("utf-8")) for file in (HOUSE / room).rglob("*.py"))
    return {event for tree in trees for node in ast.walk(tree) for event in told(node, *by)}


def test_every_event_stands_on_the_page() -> None:
    events = (
        events_of("api", "notes")
        | events_of("door", "notes")
        | events_of("portal")
        | events_of("onewindow", "notes")
        | events_of("engine/jobs", "tell", "_tell")
    )

    assert {"request", "denied", "sign-in.failed", "worker started", "lease-lost"} <= events
    assert {event for event in events - ROUNDS_OF_WORK if f"`{event}`" not in PAGE} == set()
