"""Decision tables to closures: inputs, rules, outputs, and the trace of what matched (DMN 1.5, chapter 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from engine.dmn.columns import Column
from engine.dmn.hit_policies import POLICIES, Answer, Policy, Undecided
from engine.dmn.model import DecisionTable, Spot, Text
from engine.dmn.trace import DecisionTrace, MatchedRule, TableTrace
from engine.feel.effort import Effort
from engine.feel.expression import Expression, UnaryTests
from engine.feel.run import DEFAULT_BUDGET, Budget, Env, SharingRun
from engine.feel.text import shown
from engine.feel.types import UNFIT, FeelType, Restricted, coerce, misfit
from engine.feel.values import HostFunction, Value

Compiled: TypeAlias = Callable[[Env], Value]
ParseExpression: TypeAlias = Callable[[Text], Expression | None]
ParseTests: TypeAlias = Callable[[Text], UnaryTests | None]
FindType: TypeAlias = Callable[[str | None, Spot], FeelType | None]


class DecisionRun(SharingRun):
    """A run of decisions. When `traced` it keeps what they and their tables did."""

    __slots__ = ("decisions", "tables", "traced")

    def __init__(
        self,
        now: datetime | None = None,
        functions: Mapping[str, HostFunction] | None = None,
        types: Mapping[str, FeelType] | None = None,
        budget: Budget = DEFAULT_BUDGET,
        traced: bool = True,
        effort: Effort | None = None,
    ) -> None:
        super().__init__({}, now, functions, types, budget, effort)
        self.traced = traced
        self.tables: list[TableTrace] = []
        self.decisions: list[DecisionTrace] = []


@dataclass(frozen=True, slots=True)
class _Input:
    label: str
    value: Compiled
    kind: FeelType | None
    allowed: Callable[[Env, Value], bool | None] | None


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    kind: FeelType | None
    ranked: tuple[Callable[[Env, Value], bool | None], ...]
    default: Compiled | None


@dataclass(frozen=True, slots=True)
class _Rule:
    index: int
    spot: Spot
    tests: tuple[tuple[int, Callable[[Env, Value], bool | None]], ...]
    """Input and test, of the cells that the columns do not know."""
    outputs: tuple[Compiled, ...]
    annotations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    source: DecisionTable
    policy: Policy
    inputs: tuple[_Input, ...]
    outputs: tuple[_Output, ...]
    rules: tuple[_Rule, ...]
    columns: tuple[Column, ...]

    def evaluate(self, env: Env) -> Value:
        run = env.run
        run.charge(len(self.rules))
        values: list[Value] = []
        for column in self.inputs:
            value = self._input(column, env)
            if value is UNFIT:
                return None
            values.append(value)
        return self._answer(env, values, self._matching(env, values))

    def _matching(self, env: Env, values: list[Value]) -> list[_Rule]:
        """The rules whose cells all hold, as drawn; of hit policy FIRST the first."""
        left = (1 << len(self.rules)) - 1
        for column, value in zip(self.columns, values, strict=True):
            left &= column.rules_for(value)
        matched: list[_Rule] = []
        while left:
            rule = self.rules[(left & -left).bit_length() - 1]
            left &= left - 1
            if all(test(Env({"?": values[place]}, env, env.run), values[place]) is True for place, test in rule.tests):
                matched.append(rule)
                if self.source.hit_policy == "FIRST":
                    break
        return matched

    def _input(self, column: _Input, env: Env) -> Value:
        value = column.value(env)
        if column.kind is not None and value is not None:
            fitting = coerce(value, column.kind, env.run)
            if fitting is UNFIT:
                env.run.null("input-type", misfit(f"The input `{column.label}`", column.kind, value))
                return UNFIT
            value = fitting
        if column.allowed is not None and column.allowed(Env({"?": value}, env, env.run), value) is not True:
            problem = f"The input `{column.label}` expects one of its allowed values, found {shown(value)}."
            env.run.null("input-value", problem)
            return UNFIT
        return value

    def _answer(self, env: Env, values: list[Value], matched: list[_Rule]) -> Value:
        run = env.run
        traced = isinstance(run, DecisionRun) and run.traced
        answers: list[Answer] = []
        rules: list[MatchedRule] = []
        for rule in matched:
            outputs = [
                self._output(column, output, env) for column, output in zip(self.outputs, rule.outputs, strict=True)
            ]
            answers.append((self._value(outputs), self._rank(env, outputs)))
            if traced:
                named = tuple((column.name, output) for column, output in zip(self.outputs, outputs, strict=True))
                rules.append(MatchedRule(rule.index, rule.spot.element_id, named, rule.annotations))
        if isinstance(run, DecisionRun) and traced:
            inputs = tuple((column.label, value) for column, value in zip(self.inputs, values, strict=True))
            policy = " ".join(part for part in (self.source.hit_policy, self.source.aggregation) if part)
            spot = self.source.spot
            run.tables.append(TableTrace(spot.element_id, policy, inputs, tuple(rules), not matched and self._defaults))
        if not answers:
            return self._default(env)
        try:
            return self.policy(answers)
        except Undecided as why:
            return run.null("hit-policy", f"The decision table is null: {why}.")

    def _output(self, column: _Output, output: Compiled, env: Env) -> Value:
        value = output(env)
        if column.kind is None or value is None:
            return value
        fitting = coerce(value, column.kind, env.run)
        if fitting is UNFIT:
            return env.run.null("output-type", misfit(f"The output `{column.name}`", column.kind, value))
        return fitting

    @property
    def _defaults(self) -> bool:
        return any(column.default is not None for column in self.outputs)

    def _value(self, outputs: list[Value]) -> Value:
        if len(self.outputs) == 1:
            return outputs[0]
        return {column.name: value for column, value in zip(self.outputs, outputs, strict=True)}

    def _rank(self, env: Env, outputs: list[Value]) -> tuple[int, ...]:
        return tuple(
            next((place for place, test in enumerate(column.ranked) if test(env, value) is True), len(column.ranked))
            for column, value in zip(self.outputs, outputs, strict=True)
        )

    def _default(self, env: Env) -> Value:
        if self._defaults:
            value = self._value(
                [self._output(column, column.default, env) if column.default else None for column in self.outputs]
            )
            listed = self.source.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
                self.source.hit_policy == "COLLECT" and self.source.aggregation is None
            )
            return [value] if listed and not isinstance(value, list) else value
        if self.source.hit_policy == "COLLECT" and self.source.aggregation in (None, "COUNT"):
            return self.policy(())
        return env.run.null("no-rule", "No rule of the decision table matches.")


def compile_table(
    table: DecisionTable, expression: ParseExpression, tests: ParseTests, find_type: FindType
) -> Compiled:
    """The closure of a decision table. The parsers note faults themselves and give None."""
    inputs = tuple(
        _Input(
            column.label,
            _run(expression(column.expression)),
            find_type(column.type_ref, column.spot),
            _allowed(column.allowed, tests),
        )
        for column in table.inputs
    )
    outputs: list[_Output] = []
    for column in table.outputs:
        ranked: tuple[Callable[[Env, Value], bool | None], ...] = ()
        kind = find_type(column.type_ref, column.spot)
        parsed = None if column.allowed is None or not column.allowed.text.strip() else tests(column.allowed)
        if parsed is not None:
            ranked = parsed.each
        elif isinstance(kind, Restricted):
            ranked = kind.choices
        outputs.append(
            _Output(
                column.name or "", kind, ranked, None if column.default is None else _run(expression(column.default))
            )
        )
    cells = [[None if text.text.strip() in ("-", "") else tests(text) for text in rule.tests] for rule in table.rules]
    columns = tuple(
        Column([None if cell is None else cell.constant for cell in (row[place] for row in cells)])
        for place in range(len(inputs))
    )
    rules = tuple(
        _Rule(
            index,
            rule.spot,
            tuple((place, cell.run) for place, cell in enumerate(row) if cell is not None and cell.constant is None),
            tuple(_run(expression(text)) for text in rule.outputs),
            rule.annotations,
        )
        for index, (rule, row) in enumerate(zip(table.rules, cells, strict=True), 1)
    )
    policy = POLICIES.get(
        (table.hit_policy, table.aggregation if table.hit_policy == "COLLECT" else None), POLICIES["UNIQUE", None]
    )
    return _Table(table, policy, inputs, tuple(outputs), rules, columns).evaluate


def _allowed(text: Text | None, tests: ParseTests) -> Callable[[Env, Value], bool | None] | None:
    parsed = None if text is None or not text.text.strip() else tests(text)
    return None if parsed is None else parsed.run


def _run(parsed: Expression | None) -> Compiled:
    return _null if parsed is None else parsed.run


def _null(_env: Env) -> Value:
    return None
