"""Boxed expressions to closures (DMN 1.5, 10.2), with every fault of their FEEL noted by element and line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.diagnostics import Diagnostic, Severity
from engine.dmn.item_types import Types
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
)
from engine.dmn.tables import compile_table
from engine.feel.calls import call_by_name, external_function, written_function
from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Expression, UnaryTests, parse_expression, parse_unary_tests
from engine.feel.loops import Walk, for_loop, quantified
from engine.feel.names import KnownNames
from engine.feel.paths import filtered
from engine.feel.run import Env
from engine.feel.text import shown
from engine.feel.types import ANY, UNFIT, FeelType, FunctionType, coerce, misfit
from engine.feel.values import Function, Value

Compiled: TypeAlias = Callable[[Env], Value]


class Boxes:
    """Compiles the boxed expressions of one model."""

    def __init__(self, types: Types, file: str | None) -> None:
        self._types = types
        self._file = file
        self.diagnostics: list[Diagnostic] = []

    # --- texts ---------------------------------------------------------------------------------------------------

    def expression(self, text: Text, names: KnownNames) -> Expression | None:
        """A parsed expression; None, with the fault noted, when it is none. Empty text is null."""
        if not self._is_feel(text):
            return None
        try:
            return parse_expression(text.text if text.text.strip() else "null", names)
        except FeelSyntaxError as fault:
            self._note(fault, text)
            return None

    def tests(self, text: Text, names: KnownNames) -> UnaryTests | None:
        """Parsed unary tests; None, with the fault noted, when they are none."""
        if not self._is_feel(text):
            return None
        try:
            return parse_unary_tests(text.text, names)
        except FeelSyntaxError as fault:
            self._note(fault, text)
            return None

    def _is_feel(self, text: Text) -> bool:
        """Whether the file calls a text FEEL, by one of its namespaces; other languages are not run."""
        if text.language is None or "feel" in text.language.lower():
            return True
        problem = f"Expected FEEL, found the expression language `{text.language:.100}`."
        self.note("expression-language", problem, text.spot, "Write the expression in FEEL.")
        return False

    def kind(self, type_ref: str | None, spot: Spot) -> FeelType | None:
        """The type of a reference; None for any, and, with the fault noted, for an unknown one."""
        kind = self._types.find(type_ref)
        if kind is None:
            self.unknown_type(type_ref or "", spot)
        return None if kind is ANY else kind

    def unknown_type(self, name: str, spot: Spot) -> None:
        """Note a type that nobody knows."""
        problem = f"Expected a type of FEEL or of the model, found `{name}`."
        self.note("unknown-type", problem, spot, "Define the type, or choose another.")

    def note(
        self,
        rule: str,
        message: str,
        spot: Spot,
        remedy: str = "Mend the model.",
        severity: Severity = Severity.error,
    ) -> None:
        """Note what stands against the model, with its place in words."""
        if spot.place:
            message = f"{spot.place[0].upper()}{spot.place[1:]}: {message}"
        found = Diagnostic(rule, message, remedy, severity, element_id=spot.element_id, line=spot.line, file=self._file)
        self.diagnostics.append(found)

    def _note(self, fault: FeelSyntaxError, text: Text) -> None:
        shown = " ".join(text.text.split())
        self.note(fault.code, f"{fault.message}. The text is `{shown:.80}`.", text.spot, fault.remedy)

    # --- boxes ---------------------------------------------------------------------------------------------------

    def compile(self, box: BoxedExpression | None, names: KnownNames) -> Compiled:
        """The closure of a boxed expression in sight of some names; null when there is none."""
        if box is None:
            return _nothing
        match box:
            case LiteralExpression():
                compiled = self._literal(box, names)
            case DecisionTable():
                compiled = compile_table(
                    box,
                    lambda text: self.expression(text, names),
                    lambda text: self.tests(text, names),
                    self.kind,
                )
            case BoxedContext():
                compiled = self._context(box, names)
            case Invocation():
                compiled = self._invocation(box, names)
            case FunctionDefinition():
                return self.function(box, names)
            case BoxedList():
                items = [self.compile(item, names) for item in box.items]
                compiled = lambda env: [item(env) for item in items]  # noqa: E731
            case Relation():
                compiled = self._relation(box, names)
            case Conditional():
                compiled = self._conditional(box, names)
            case BoxedFilter():
                compiled = self._filter(box, names)
            case BoxedIteration():
                compiled = self._iteration(box, names)
        return self.typed(compiled, box.type_ref, box.spot, "The expression")

    def typed(self, compiled: Compiled, type_ref: str | None, spot: Spot, told: str) -> Compiled:
        """The closure with its value coerced to a type; null with a warning when the value does not fit."""
        kind = self.kind(type_ref, spot)
        return compiled if kind is None else coerced(compiled, kind, told)

    def _literal(self, box: LiteralExpression, names: KnownNames) -> Compiled:
        parsed = self.expression(Text(box.text, box.spot, box.language), names)
        return _nothing if parsed is None else parsed.run

    def _context(self, box: BoxedContext, names: KnownNames) -> Compiled:
        entries: list[tuple[str | None, Compiled]] = []
        for entry in box.entries:
            compiled = self.compile(entry.value, names)
            if entry.variable is None:
                entries.append((None, compiled))
                continue
            name = entry.variable.name
            entries.append((name, self.typed(compiled, entry.variable.type_ref, box.spot, f"The entry `{name}`")))
            names |= {name}

        def make(env: Env) -> Value:
            made: dict[str, Value] = {}
            inner = Env(made, env, env.run)
            for name, entry in entries:
                value = entry(inner)
                if name is None:
                    return value
                made[name] = value
            return made

        return make

    def _invocation(self, box: Invocation, names: KnownNames) -> Compiled:
        parsed = self.expression(box.callee, names)
        callee = _nothing if parsed is None else parsed.run
        parameters = [name for name, _ in box.bindings]
        arguments = [self.compile(argument, names) for _, argument in box.bindings]
        told = " ".join(box.callee.text.split())

        def invoke(env: Env) -> Value:
            function = callee(env)
            if not isinstance(function, Function):
                kind = shown(function)
                return env.run.null("no-function", f"Expected a function as `{told:.60}`, found {kind}.")
            return call_by_name(env.run, function, parameters, [argument(env) for argument in arguments])

        return invoke

    def function(
        self, box: FunctionDefinition, names: KnownNames, *, name: str = "", result: FeelType | None = None
    ) -> Compiled:
        """The closure that makes a function. `result` is the declared type of what it gives."""
        if box.kind not in ("FEEL", "feel:FEEL"):
            external = external_function([variable.name for variable in box.parameters], name=name)
            return lambda _: external
        parameters = [(variable.name, self.kind(variable.type_ref, box.spot)) for variable in box.parameters]
        body = self.compile(box.body, names | {variable.name for variable in box.parameters})
        declared = result or self.kind(box.type_ref, box.spot)
        if isinstance(declared, FunctionType):
            declared = declared.result
        return lambda env: written_function(parameters, body, env, name=name, result_type=declared)

    def _relation(self, box: Relation, names: KnownNames) -> Compiled:
        types = box.column_types or (None,) * len(box.columns)
        rows = [
            [
                self.typed(self.compile(cell, names), type_ref, box.spot, f"The column `{column}`")
                for cell, column, type_ref in zip(row, box.columns, types, strict=False)
            ]
            for row in box.rows
        ]

        def make(env: Env) -> Value:
            return [{column: cell(env) for column, cell in zip(box.columns, row, strict=False)} for row in rows]

        return make

    def _conditional(self, box: Conditional, names: KnownNames) -> Compiled:
        condition, then, otherwise = (self.compile(part, names) for part in (box.condition, box.then, box.otherwise))

        def choose(env: Env) -> Value:
            answer = condition(env)
            if answer is True:
                return then(env)
            if answer is False or answer is None:
                return otherwise(env)
            return env.run.null("condition", f"A conditional expects true or false, found {shown(answer)}.")

        return choose

    def _filter(self, box: BoxedFilter, names: KnownNames) -> Compiled:
        source, match = self.compile(box.source, names), self.compile(box.match, names | {"item"})

        def select(env: Env) -> Value:
            value = source(env)
            if value is None:
                return env.run.null("filter", "A filter expects a list, found null.")
            return filtered(env, value, match, 0)

        return select

    def _iteration(self, box: BoxedIteration, names: KnownNames) -> Compiled:
        walk = Walk(box.variable, self.compile(box.source, names), None, 0)
        body = self.compile(box.body, names | {box.variable, "partial"})
        if box.kind == "for":
            return lambda env: for_loop(env, [walk], body, partial=True)
        return lambda env: quantified(env, [walk], body, box.kind == "every")


def _nothing(env: Env) -> Value:
    return env.run.null("no-logic", "There is no expression here.")


def coerced(compiled: Compiled, kind: FeelType, told: str) -> Compiled:
    """The closure with its value coerced to a type."""

    def fit(env: Env) -> Value:
        value = compiled(env)
        fitting = coerce(value, kind, env.run)
        if fitting is UNFIT:
            return env.run.null("value-type", misfit(told, kind, value))
        return fitting

    return fit
