"""FEEL inside forms: expressions that begin with `=`, and texts with `{{expressions}}` in them.

Compiled when the form is read, evaluated over the variables and answers at hand. A fault inside an evaluation gives
null (DMN 1.5, 10.3.2); what takes too much, alone or with the others of the form, is stopped with FormTooHeavy. Of
form-js's text templates only the plain placeholder is taken; its loops and conditions are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from engine.errors import Invalid, Refused
from engine.feel import Effort, FeelBudgetExceeded, parse_expression, to_json
from engine.feel.syntax import Node

MOST_OPERATIONS: Final = 300_000
_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class BadTemplate(Invalid):
    """A text template is wrong, or uses what is not supported."""

    code = "bad-template"


class FormTooHeavy(Refused):
    """The expressions of a form take too much, all together."""

    code = "form-too-heavy"

    def __init__(self, text: str, stopped: FeelBudgetExceeded) -> None:
        super().__init__(
            f"The form's expression `{' '.join(text.split())[:200]}` was stopped: {stopped.message}",
            remedy="Ask the agency: its analyst must make the expressions of the form lighter.",
        )


def an_effort() -> Effort:
    """What all expressions of a form may cost together, each time it is shown or checked."""
    return Effort(operations=MOST_OPERATIONS)


class Expression:
    """A FEEL expression, parsed once. `Expression("=a > 1")` raises FeelSyntaxError."""

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed = parse_expression(text.strip().removeprefix("="))

    @property
    def tree(self) -> Node:
        """Its syntax tree."""
        return self._parsed.tree

    def value(self, names: Mapping[str, Any], now: datetime, effort: Effort) -> Any:
        """Its FEEL value over named values; null where it cannot be computed. Raises FormTooHeavy."""
        try:
            return self._parsed.evaluate(names, now=now, effort=effort).value
        except FeelBudgetExceeded as stopped:
            raise FormTooHeavy(self.text, stopped) from stopped

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class Template:
    """A text with placeholders, or one expression for all of it. Raises BadTemplate, FeelSyntaxError."""

    __slots__ = ("_parts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts: tuple[str | Expression, ...] = tuple(_parts(text))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those in it."""
        return tuple(part for part in self._parts if isinstance(part, Expression))

    def filled(self, names: Mapping[str, Any], now: datetime, effort: Effort) -> str:
        """The text with every placeholder filled in; null leaves nothing. Raises FormTooHeavy."""
        return "".join(
            part if isinstance(part, str) else _written(part.value(names, now, effort)) for part in self._parts
        )


def _parts(text: str) -> list[str | Expression]:
    if text.startswith("="):
        return [Expression(text)]
    parts: list[str | Expression] = []
    for number, piece in enumerate(_PLACEHOLDER.split(text)):
        if number % 2 == 0:
            parts.append(piece)
        elif piece.lstrip()[:1] in ("#", "/"):
            raise BadTemplate(
                f"Expected a placeholder such as {{{{name}}}}, found {piece.strip()!r:.60}.",
                remedy="Loops and conditions inside a text are not taken: hide a text by its condition instead.",
            )
        else:
            parts.append(Expression(piece))
    return parts


def _written(value: Any) -> str:
    plain = to_json(value)
    if plain is None:
        return ""
    if isinstance(plain, list):
        return ", ".join(str(each) for each in plain)
    return str(plain)
