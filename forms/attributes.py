"""Reads the attributes of one component of a form strictly: each is what it should be, or it is reported.

A fault never stops the reading: a harmless value stands in, so that all faults of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from engine.errors import Invalid
from forms.expressions import Expression, Template
from forms.findings import Findings
from forms.model import RESERVED_NAMES
from forms.patterns import Pattern

MAX_TEXT: Final = 20_000
"""Characters of a text or expression on a form."""
_MAX_LENGTH: Final = 1_000_000


class Attributes:
    """The attributes of one component, each read strictly; faults are reported and a harmless value given."""

    def __init__(self, written: Mapping[str, Any], component_id: str, findings: Findings) -> None:
        self.written = written
        self._id, self._findings = component_id, findings

    def error(self, rule: str, message: str, remedy: str = "") -> None:
        """Report a fault of this component."""
        self._findings.error(rule, message, remedy, self._id)

    def properties(self) -> Mapping[str, str]:
        """The free properties: texts by name."""
        found = self.written.get("properties") or {}
        if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
            self.error("form-component", "Expected properties that are texts.")
            return {}
        return dict(found)

    def input(self, key: tuple[str, ...]) -> dict[str, Any]:
        """What every component that takes an answer says."""
        return {
            "key": key,
            "required": self.rules().get("required") is True,
            "read_only": self._read_only(),
            "default": self.written.get("defaultValue"),
        }

    def rules(self) -> Mapping[str, Any]:
        """The `validate` object."""
        rules = self.written.get("validate") or {}
        if not isinstance(rules, Mapping):
            self.error("form-rule", f"Expected an object of rules, found {rules!r:.40}.")
            return {}
        return rules

    def key(self) -> tuple[str, ...] | None:
        """Where the value goes; None when it cannot be used."""
        written = self.written.get("key")
        if not isinstance(written, str) or not written:
            self.error("form-without-key", "The field has no key.", "Give it one: the variable that takes the answer.")
            return None
        return self._names(written)

    def path(self) -> tuple[str, ...]:
        """Where the values of a group go; empty for where the group stands."""
        written = self.written.get("path")
        return (self._names(written) or ()) if isinstance(written, str) and written else ()

    def _names(self, written: str) -> tuple[str, ...] | None:
        names = tuple(written.split("."))
        if len(written) > 255 or not all(name.isidentifier() for name in names):
            self.error(
                "form-key",
                f"The key {written!r:.60} is no name of a variable.",
                "Use letters, digits and _, beginning with a letter.",
            )
            return None
        if names[0] in RESERVED_NAMES or any(name.startswith("__") for name in names):
            self.error("form-key-reserved", f"The name {written!r:.60} belongs to the engine.", "Choose another key.")
            return None
        return names

    def condition(self) -> Expression | None:
        """When the component is hidden."""
        conditional = self.written.get("conditional")
        if conditional is None:
            return None
        if not isinstance(conditional, Mapping):
            self.error("form-condition", f"Expected a condition, found {conditional!r:.60}.")
            return None
        return self.compiled(conditional.get("hide"), "conditional.hide")

    def _read_only(self) -> bool | Expression:
        if self.written.get("disabled") is True:
            return True
        written = self.written.get("readonly", False)
        if isinstance(written, str):
            return self.compiled(written, "readonly") or False
        return written is True

    def text_or_feel(self, *names: str) -> str | Expression:
        """A text, or the expression that gives it; the first of `names` that is there."""
        written = next((self.written[name] for name in names if self.written.get(name)), "")
        if not isinstance(written, str) or len(written) > MAX_TEXT:
            self.error("form-text", f"Expected a text of at most {MAX_TEXT} characters as {names[0]}.")
            return ""
        if written.startswith("="):
            return self.compiled(written, names[0]) or ""
        return written

    def template(self, written: Any) -> Template | None:
        """A text with `{{expressions}}` inside, or an expression; None when there is none."""
        if written is None:
            return None
        if not isinstance(written, str) or len(written) > MAX_TEXT:
            self.error("form-text", f"Expected a text of at most {MAX_TEXT} characters.")
            return None
        try:
            return Template(written)
        except Invalid as fault:
            self.error("form-feel", fault.message, fault.remedy)
            return None

    def feel(self, name: str, *, optional: bool = False) -> Expression | None:
        """A FEEL expression that must be one."""
        written = self.written.get(name)
        if written in (None, "") and not optional:
            self.error("form-feel", f"Expected an expression as {name}.", "Begin it with =.")
            return None
        return None if written in (None, "") else self.compiled(written, name)

    def compiled(self, written: Any, what: str) -> Expression | None:
        """The expression compiled; reported when it does not parse."""
        if written in (None, ""):
            return None
        if not isinstance(written, str):
            self.error("form-feel", f"Expected an expression as {what}, found {written!r:.60}.", "Begin it with =.")
            return None
        try:
            return Expression(written)
        except Invalid as fault:
            self.error("form-feel", f"The expression {what} does not parse: {fault.message}", fault.remedy)
            return None

    def pattern(self, written: Any) -> Pattern | None:
        """A pattern compiled; reported when it cannot be."""
        try:
            return Pattern(str(written))
        except Invalid as fault:
            self.error("form-pattern", fault.message, fault.remedy)
            return None

    def length(self, name: str) -> int | Expression | None:
        """A bound on a length."""
        written = self.rules().get(name)
        if isinstance(written, str) and written.startswith("="):
            return self.compiled(written, name)
        if written in (None, ""):
            return None
        return self.whole(name, 0, low=0, high=_MAX_LENGTH, written=written)

    def whole(self, name: str, default: int, *, low: int, high: int, written: Any = None) -> int:
        """A whole number between bounds, as a number or its digits."""
        found = self.written.get(name, default) if written is None else written
        if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 10:
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.error("form-rule", f"Expected {name} from {low} to {high}, found {found!r:.40}.")
            return default
        return found

    def limit(self, name: str) -> Decimal | Expression | None:
        """A bound on a number."""
        written = self.rules().get(name)
        if isinstance(written, str) and written.startswith("="):
            return self.compiled(written, name)
        return self.decimal(name, written)

    def decimal(self, name: str, written: Any = None) -> Decimal | None:
        """A number; JSON's fractions are taken as they are written."""
        found = self.written.get(name) if written is None else written
        if found in (None, ""):
            return None
        try:
            if isinstance(found, bool) or not isinstance(found, int | float | str) or len(str(found)) > 40:
                raise ValueError
            value = Decimal(str(found))
            if not value.is_finite():
                raise ValueError
        except (ValueError, ArithmeticError):
            self.error("form-rule", f"Expected a number as {name}, found {found!r:.40}.")
            return None
        return value
