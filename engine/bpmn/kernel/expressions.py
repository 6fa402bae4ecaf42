"""Texts of a model made ready to be evaluated: FEEL where they begin with `=`, static otherwise (the zeebe convention).

A FEEL fault inside an evaluation gives null and a warning (DMN 1.5, 10.3.2); what must have a certain type and has not
is a `Fault` of the token that needed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.bpmn.kernel.faults import Fault
from engine.errors import OnewindowError
from engine.feel import Effort, Expression, parse_expression


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the model: static, or a FEEL expression that was parsed once."""

    source: str
    expression: Expression | None = None

    @classmethod
    def of(cls, source: str) -> Text:
        """Parse a text as written in the model. Raises FeelSyntaxError."""
        if source.lstrip().startswith("="):
            return cls(source, parse_expression(source.lstrip()[1:]))
        return cls(source)

    @property
    def is_static(self) -> bool:
        """Whether the text stands for itself."""
        return self.expression is None


@dataclass(slots=True)
class Evaluator:
    """Evaluates texts at one moment; collects warnings until somebody takes them."""

    now: datetime
    functions: Mapping[str, Any]
    warnings: list[str]
    effort: Effort | None = None

    def value(self, text: Text, scope: Mapping[str, Any]) -> Any:
        """The value of a text; static text is itself. Raises Fault `feel` when FEEL stops the evaluation."""
        if text.expression is None:
            return text.source
        try:
            result = text.expression.evaluate(scope, now=self.now, functions=self.functions, effort=self.effort)
        except OnewindowError as stopped:
            raise Fault(
                "feel", f"The expression {shown(text)} was stopped: {stopped.message}", stopped.remedy
            ) from stopped
        if result.warnings and len(self.warnings) < 20:
            self.warnings.extend(f"{shown(text)}: {warning}" for warning in result.warnings[:5])
        return result.value

    def holds(self, text: Text, scope: Mapping[str, Any], where: str) -> bool:
        """Whether a condition is true; null is false, with a warning. Raises Fault when it is no boolean."""
        value = text.source.strip() == "true" if text.expression is None else self.value(text, scope)
        if value is None:
            self.warnings.append(f"The condition {shown(text)} of {where} is null and counts as false.")
            return False
        if not isinstance(value, bool):
            raise _unfit(f"a boolean from the condition of {where}", text, value)
        return value

    def words(self, text: Text, scope: Mapping[str, Any], where: str) -> str:
        """A text that must be there, such as a name. Numbers are written as text. Raises Fault."""
        value = as_words(self.value(text, scope))
        if value is None or not value.strip():
            raise _unfit(f"a text for {where}", text, value)
        return value

    def number(self, text: Text, scope: Mapping[str, Any], where: str) -> int:
        """A whole number. Raises Fault."""
        value = self.value(text, scope)
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 12:
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
            raise _unfit(f"a whole number for {where}", text, value)
        return int(value)

    def names(self, text: Text | None, scope: Mapping[str, Any], where: str) -> tuple[str, ...]:
        """A list of texts: an expression's list, or a text split at commas. Null is empty. Raises Fault."""
        value = None if text is None else self.value(text, scope)
        if value is None:
            return ()
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list | tuple):
            found = [as_words(item) for item in value]
            if all(item is not None for item in found):
                return tuple(item for item in found if item)
        assert text is not None
        raise _unfit(f"a list of texts for {where}", text, value)


def as_words(value: Any) -> str | None:
    """A text or a number as text, such that 12, 12.0 and "12" are the same; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if value == (whole := int(value)):
        return str(whole)
    return format(Decimal(value).normalize(), "f")


def shown(text: Text) -> str:
    """The text as shown in messages: on one line, cut."""
    return "`" + " ".join(text.source.split())[:200] + "`"


def kind_of(value: Any) -> str:
    """What a value is, in FEEL's words, for messages; never the value itself, which may be personal."""
    names = {bool: "a boolean", str: "a text", int: "a number", Decimal: "a number", list: "a list", dict: "a context"}
    return "null" if value is None else names.get(type(value), f"a {type(value).__name__}")


def _unfit(wanted: str, text: Text, value: Any) -> Fault:
    return Fault(
        "feel",
        f"Expected {wanted}, but {shown(text)} gave {kind_of(value)}.",
        "Mend the variables it reads, or the model, and retry.",
    )
