"""The types of boxed expressions (DMN 1.5, 10.2), and what is certain to fail in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.diagnostics import Diagnostic, Severity
from engine.dmn.checks.cells import Cells
from engine.dmn.item_types import find_type
from engine.dmn.model import (
    BoxedContext,
    BoxedExpression,
    BoxedFilter,
    BoxedIteration,
    BoxedList,
    Conditional,
    DecisionTable,
    FunctionDefinition,
    Invocation,
    LiteralExpression,
    Relation,
    Spot,
    Text,
    Variable,
)
from engine.feel import FeelSyntaxError, Function, UnaryTests, parse_expression, parse_unary_tests
from engine.feel.expression import Expression
from engine.feel.inference import (
    Finding,
    NamedFunction,
    Names,
    Whole,
    call_of,
    can_become,
    infer,
    item_of,
    kinds_of,
    one_of,
    place_in,
    told,
    walked,
    within_item,
)
from engine.feel.names import KnownNames
from engine.feel.types import ANY, SIMPLE, FeelType, FunctionType, ListType


def told_function(function: Function) -> FeelType:
    """The type of a function that a model defines, by what it declares."""
    names = function.signatures[0] if function.signatures else ()
    if function.most is None or function.most != len(names):
        return ANY
    types = function.parameter_types or (None,) * len(names)
    return NamedFunction(tuple(kind or ANY for kind in types), function.result_type or ANY, names)


class Boxes:
    """Types of the boxed expressions of one model; what is found stands in `diagnostics`."""

    def __init__(self, types: Mapping[str, FeelType], components: KnownNames, file: str | None) -> None:
        self.types = types
        self.components = components
        self._file = file
        self.diagnostics: list[Diagnostic] = []

    def note(self, finding: Finding, text: Text) -> None:
        """Note a finding about a text, with its place."""
        shown = " ".join(text.text.split())
        message = f"{finding.message} It stands in {place_in(text.text, finding.at)} of `{shown:.80}`."
        self.say(finding.rule, message, finding.remedy, text.spot, is_certain=finding.is_certain)

    def say(self, rule: str, message: str, remedy: str, spot: Spot, *, is_certain: bool = True) -> None:
        """Note what stands against the model, or what is doubtful."""
        if spot.place:
            message = f"{spot.place[0].upper()}{spot.place[1:]}: {message}"
        severity = Severity.error if is_certain else Severity.warning
        self.diagnostics.append(Diagnostic(rule, message, remedy, severity, spot.element_id, spot.line, self._file))

    def misfit(self, rule: str, what: str, wanted: FeelType, found: FeelType, spot: Spot) -> None:
        """Note a value that can never have the type that is declared for it."""
        message = f"{what} expects {told(wanted)}, found {told(found)}: it is always null."
        self.say(rule, message, "Change the declared type, or convert the value.", spot)

    def declared(self, type_ref: str | None) -> FeelType | None:
        """The type of a reference; None for any, and for unknown ones, which were told when they were compiled."""
        found = find_type(type_ref, self.types)
        return None if found is ANY else found

    def expression(self, text: Text, known: KnownNames) -> Expression | None:
        """A parsed expression; None when it is empty or none: that was told when it was compiled."""
        if not text.text.strip() or not _is_feel(text):
            return None
        try:
            return parse_expression(text.text, known)
        except FeelSyntaxError:
            return None

    def tests(self, text: Text, known: KnownNames) -> UnaryTests | None:
        """Parsed unary tests; None as with expressions, and for `-`."""
        if text.text.strip() in ("", "-") or not _is_feel(text):
            return None
        try:
            return parse_unary_tests(text.text, known)
        except FeelSyntaxError:
            return None

    def type_of_text(self, text: Text, names: Names, known: KnownNames) -> FeelType:
        """The type of an expression's value; findings are noted."""
        parsed = self.expression(text, known)
        if parsed is None:
            return ANY
        kind, findings = infer(parsed.tree, names, self.types)
        for finding in findings:
            self.note(finding, text)
        return kind

    def type_of(self, box: BoxedExpression | None, names: Names, known: KnownNames) -> FeelType:
        """The type of a boxed expression's value in sight of some names."""
        if box is None:
            return ANY
        found = self._type_of(box, names, known)
        if isinstance(box, FunctionDefinition):
            return found
        return self.fitted(found, box.type_ref, box.spot, "The expression")

    def fitted(self, found: FeelType, type_ref: str | None, spot: Spot, what: str) -> FeelType:
        """The declared type, where one is declared; a value that cannot have it is noted."""
        wanted = self.declared(type_ref)
        if wanted is None:
            return found
        if not can_become(found, wanted):
            self.misfit("value-type", what, wanted, found, spot)
        return wanted

    def _type_of(self, box: BoxedExpression, names: Names, known: KnownNames) -> FeelType:
        match box:
            case LiteralExpression():
                return self.type_of_text(Text(box.text, box.spot, box.language), names, known)
            case DecisionTable():
                return Cells(self, names, known).table(box)
            case BoxedContext():
                return self._context(box, names, known)
            case Invocation():
                return self._invocation(box, names, known)
            case FunctionDefinition():
                return self._function(box, names, known)
            case BoxedList():
                return ListType(one_of(self.type_of(item, names, known) for item in box.items))
            case Relation():
                return self._relation(box, names, known)
            case Conditional():
                self._condition(box.condition, names, known)
                return one_of(self.type_of(part, names, known) for part in (box.then, box.otherwise))
            case BoxedFilter():
                item = item_of(self.type_of(box.source, names, known))
                self.type_of(box.match, within_item(item, names), known | {"item"})
                return ListType(item)
            case BoxedIteration():
                return self._iteration(box, names, known)

    def _context(self, box: BoxedContext, names: Names, known: KnownNames) -> FeelType:
        entries: dict[str, FeelType] = {}
        for entry in box.entries:
            found = self.type_of(entry.value, names.within(dict(entries)), known | entries.keys())
            if entry.variable is None:
                return found
            what = f"The entry `{entry.variable.name}`"
            entries[entry.variable.name] = self.fitted(found, entry.variable.type_ref, box.spot, what)
        return Whole(entries)

    def _invocation(self, box: Invocation, names: Names, known: KnownNames) -> FeelType:
        parsed = self.expression(box.callee, known)
        arguments = [self.type_of(argument, names, known) for _, argument in box.bindings]
        if parsed is None:
            return ANY
        kind, findings = call_of(parsed.tree, arguments, [name for name, _ in box.bindings], names, self.types)
        for finding in findings:
            self.note(finding, box.callee)
        return kind

    def _function(self, box: FunctionDefinition, names: Names, known: KnownNames) -> FeelType:
        parameters = {one.name: self._parameter(one) for one in box.parameters}
        kinds, told_names = tuple(parameters.values()), tuple(parameters)
        if box.kind not in ("FEEL", "feel:FEEL"):
            return NamedFunction(kinds, ANY, told_names)
        result = self.type_of(box.body, names.within(parameters), known | parameters.keys())
        declared = self.declared(box.type_ref)
        if isinstance(declared, FunctionType):
            declared = declared.result
        if declared is not None and not can_become(result, declared):
            self.misfit("result-type", "The function", declared, result, box.spot)
        return NamedFunction(kinds, declared or result, told_names)

    def _parameter(self, variable: Variable) -> FeelType:
        return self.declared(variable.type_ref) or ANY

    def _relation(self, box: Relation, names: Names, known: KnownNames) -> FeelType:
        types: Sequence[str | None] = box.column_types or (None,) * len(box.columns)
        columns: dict[str, list[FeelType]] = {column: [] for column in box.columns}
        for row in box.rows:
            for cell, column, type_ref in zip(row, box.columns, types, strict=False):
                found = self.type_of(cell, names, known)
                columns[column].append(self.fitted(found, type_ref, box.spot, f"The column `{column}`"))
        return ListType(Whole({column: one_of(found) for column, found in columns.items()}))

    def _iteration(self, box: BoxedIteration, names: Names, known: KnownNames) -> FeelType:
        item = walked(self.type_of(box.source, names, known), None) or ANY
        inner = names.within({box.variable: item, "partial": SIMPLE["list"]})
        known |= {box.variable, "partial"}
        if box.kind == "for":
            return ListType(self.type_of(box.body, inner, known))
        self._condition(box.body, inner, known)
        return SIMPLE["boolean"]

    def _condition(self, box: BoxedExpression | None, names: Names, known: KnownNames) -> None:
        found = self.type_of(box, names, known)
        if box is not None and kinds_of(found) and "boolean" not in kinds_of(found):
            self.say("condition", f"Expected true or false, found {told(found)}.", "Write a comparison.", box.spot)


def _is_feel(text: Any) -> bool:
    return text.language is None or "feel" in text.language.lower()
