"""The types of decision tables: inputs against columns, cells against inputs, outputs against what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.dmn.model import DecisionTable, TableInput, TableOutput, Text
from engine.feel import Range, UnaryTests, Value
from engine.feel.inference import Names, Whole, can_become, infer_tests, one_of
from engine.feel.names import KnownNames
from engine.feel.syntax import Literal
from engine.feel.text import shown
from engine.feel.types import ANY, SIMPLE, UNFIT, FeelType, ListType, Restricted, coerce

if TYPE_CHECKING:
    from engine.dmn.checks.boxes import Boxes

_LISTS: Final = frozenset({"RULE ORDER", "OUTPUT ORDER"})


class Cells:
    """The check of one table in sight of some names."""

    def __init__(self, boxes: Boxes, names: Names, known: KnownNames) -> None:
        self._boxes, self._names, self._known = boxes, names, known

    def table(self, table: DecisionTable) -> FeelType:
        """The type of what the table gives; findings are noted."""
        for place, column in enumerate(table.inputs):
            kind = self._input(column)
            allowed = None if column.allowed is None else self._boxes.tests(column.allowed, self._known)
            for rule in table.rules:
                self._cell(rule.tests[place], column, kind, allowed)
        outputs = [
            self._output(column, [rule.outputs[place] for rule in table.rules])
            for place, column in enumerate(table.outputs)
        ]
        return _given(table, outputs)

    def _input(self, column: TableInput) -> FeelType:
        found = self._boxes.type_of_text(column.expression, self._names, self._known)
        wanted = self._boxes.declared(column.type_ref)
        if wanted is None:
            return found
        if not can_become(found, wanted):
            self._boxes.misfit("input-type", f"The input `{column.label}`", wanted, found, column.spot)
        return wanted

    def _cell(self, text: Text, column: TableInput, kind: FeelType, allowed: UnaryTests | None) -> None:
        tests = self._boxes.tests(text, self._known)
        if tests is None:
            return
        found = infer_tests(tests.tree, kind, self._names, self._boxes.types)
        for finding in found:
            self._boxes.note(finding, text)
        if found or tests.constant is None or tests.constant.negated:
            return
        for part in tests.constant.parts:
            if part is not None and not isinstance(part, Range) and _is_beyond(part, kind, allowed):
                self._boxes.say(
                    "value-not-allowed",
                    f"Expected one of the allowed values of `{column.label}`, found {shown(part)}: it never holds.",
                    "Choose one of the allowed values, or allow this one.",
                    text.spot,
                    is_certain=False,
                )

    def _output(self, column: TableOutput, cells: list[Text]) -> FeelType:
        wanted = self._boxes.declared(column.type_ref)
        allowed = None if column.allowed is None else self._boxes.tests(column.allowed, self._known)
        found = []
        for text in (*cells, *((column.default,) if column.default is not None else ())):
            kind = self._boxes.type_of_text(text, self._names, self._known)
            found.append(kind)
            if wanted is not None and not can_become(kind, wanted):
                self._boxes.misfit("output-type", f"The output `{column.name}`", wanted, kind, text.spot)
            else:
                self._allowed_output(text, column, wanted, allowed)
        return one_of(found) if wanted is None else wanted

    def _allowed_output(
        self, text: Text, column: TableOutput, wanted: FeelType | None, allowed: UnaryTests | None
    ) -> None:
        """A constant output beyond the values that its type, or its column, allows."""
        parsed = self._boxes.expression(text, self._known)
        if parsed is None or not isinstance(parsed.tree, Literal) or parsed.tree.value is None:
            return
        value = parsed.tree.value
        # Beyond the values of its type it becomes null; those of the column are only a promise (8.3.3).
        is_null = isinstance(wanted, Restricted) and coerce(value, wanted) is UNFIT
        if is_null or _is_beyond(value, ANY, allowed):
            self._boxes.say(
                "output-not-allowed",
                f"Expected one of the allowed values of the output `{column.name}`, found {shown(value)}.",
                "Choose one of the allowed values, or allow this one.",
                text.spot,
                is_certain=is_null,
            )


def _is_beyond(value: Value, kind: FeelType, allowed: UnaryTests | None) -> bool:
    """Whether a value is certainly none of the allowed ones."""
    if isinstance(kind, Restricted) and kind.base.holds(value) and not kind.holds(value):
        return True
    return allowed is not None and not allowed.free_names and allowed.matches(value, {}).value is False


def _given(table: DecisionTable, outputs: list[FeelType]) -> FeelType:
    """What a table gives, by its hit policy (8.3.3)."""
    if len(outputs) == 1:
        one = outputs[0]
    else:
        one = Whole({column.name: kind for column, kind in zip(table.outputs, outputs, strict=True)})
    if table.hit_policy in _LISTS or (table.hit_policy == "COLLECT" and table.aggregation is None):
        return ListType(one)
    return SIMPLE["number"] if table.aggregation in ("SUM", "COUNT") and table.hit_policy == "COLLECT" else one
