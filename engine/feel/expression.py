"""Expressions as the rest of the product sees them: parse once, evaluate many times.

`parse_expression` and `parse_unary_tests` remember what they parsed (by text and the names that matter), so that
calling them again is cheap. An `Expression` is immutable and may be shared by threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from engine.feel import syntax
from engine.feel.compiler import compile_node
from engine.feel.effort import Effort
from engine.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from engine.feel.functions import BUILT_INS, SPACED_NAMES
from engine.feel.grammar import LONGEST_TEXT, Grammar
from engine.feel.names import KnownNames, is_identifier, name_tree, normal_name
from engine.feel.paths import MEMBER_NAMES
from engine.feel.run import DEFAULT_BUDGET, Budget, Env, Run, SharingRun, Warning_
from engine.feel.types import FeelType
from engine.feel.unary import ConstantTests, compile_test, compile_tests, constant_tests
from engine.feel.values import HostFunction, Value, admit

MOST_REMEMBERED = 4096


@dataclass(slots=True)
class Result:
    """What an evaluation gave. Not frozen, for one is made at each evaluation, and that takes three times as long."""

    value: Value
    warnings: tuple[Warning_, ...] = ()
    """Why something in it became null."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A parsed and compiled expression."""

    text: str
    """As written."""
    tree: syntax.Node = field(repr=False)
    """Its syntax tree."""
    run: Callable[[Env], Value] = field(repr=False)
    """Its closure, for those who keep an `Env` of their own (engine.dmn)."""

    @property
    def free_names(self) -> frozenset[str]:
        """Names of the scope that it reads: neither its own variables nor built-in functions.

        Names within the condition of a filter are not told: they may be entries of the items.
        """
        return syntax.free_names(self.tree) - BUILT_INS.keys()

    def evaluate(
        self,
        scope: Mapping[str, Value],
        *,
        now: datetime | None = None,
        functions: Mapping[str, HostFunction] | None = None,
        budget: Budget = DEFAULT_BUDGET,
        types: Mapping[str, FeelType] | None = None,
        effort: Effort | None = None,
    ) -> Result:
        """The value in a scope of FEEL values (see `from_json`, `admit`).

        `now` is what now() and today() tell; `types` are item definitions for `instance of`; an `effort` is shared with
        other evaluations. Faults give null and a warning. Raises FeelBudgetExceeded when it would take too much,
        TypeError for a scope value FEEL does not know.
        """
        if effort is not None:
            return self._sharing(SharingRun(scope, now, functions, types, budget, effort))
        run = Run(scope, now, functions, types, budget)
        try:
            value = self.run(run)
        except RecursionError:
            raise _stack_exhausted(budget) from None
        return Result(value, tuple(run.warnings)) if run.warnings else Result(value)

    def _sharing(self, run: SharingRun) -> Result:
        try:
            return Result(bounded(lambda: self.run(run), run), tuple(run.warnings))
        finally:
            run.close()


@dataclass(frozen=True, slots=True, eq=False)
class UnaryTests:
    """Parsed unary tests: a cell of a decision table."""

    text: str
    """As written."""
    tree: syntax.Tests = field(repr=False)
    """Its syntax tree."""
    run: Callable[[Env, Value], bool | None] = field(repr=False)
    """Its closure, for those who keep an `Env` of their own, which knows the input as `?`."""
    each: tuple[Callable[[Env, Value], bool | None], ...] = field(default=(), repr=False)
    """The closures of the single tests, in the order written."""
    constant: ConstantTests | None = field(default=None, repr=False)
    """The same tests, when they are of literals only."""

    @property
    def free_names(self) -> frozenset[str]:
        """Names of the scope that the tests read, without `?`."""
        names = (syntax.free_names(test) for test in self.tree.tests)
        return frozenset().union(*names) - BUILT_INS.keys() - {"?"}

    def matches(
        self,
        input_value: Value,
        scope: Mapping[str, Value],
        *,
        now: datetime | None = None,
        functions: Mapping[str, HostFunction] | None = None,
        budget: Budget = DEFAULT_BUDGET,
        types: Mapping[str, FeelType] | None = None,
        effort: Effort | None = None,
    ) -> Result:
        """Whether an input passes: true, false, or null when that cannot be told. Raises as `Expression.evaluate`."""
        value = admit(input_value)
        run = SharingRun(scope, now, functions, types, budget, effort)
        try:
            answer = self.run(Env({"?": value}, run, run), value)
        except RecursionError:
            raise _stack_exhausted(budget) from None
        finally:
            run.close()
        return Result(answer, tuple(run.warnings))


def bounded(evaluate: Callable[[], Value], run: Run) -> Value:
    """An evaluation, with an exhausted stack told as an exhausted budget."""
    try:
        return evaluate()
    except RecursionError:
        raise _stack_exhausted(run.budget) from None


def _stack_exhausted(budget: Budget) -> FeelBudgetExceeded:
    return FeelBudgetExceeded("calls within each other than the stack holds", budget.calls)


def parse_expression(text: str, names: Iterable[str] | KnownNames = ()) -> Expression:
    """The expression of a text. `names` are those in scope; only names with spaces or operators matter.

    Raises FeelSyntaxError.
    """
    return _parsed_expression(text, _known(names))


def parse_unary_tests(text: str, names: Iterable[str] | KnownNames = ()) -> UnaryTests:
    """The unary tests of a text, with names as in `parse_expression`. Raises FeelSyntaxError."""
    return _parsed_tests(text, _known(names))


_NOTHING = KnownNames()


def _known(names: Iterable[str] | KnownNames) -> KnownNames:
    if isinstance(names, KnownNames):
        return names
    if names == ():
        return _NOTHING
    return KnownNames(frozenset(normal_name(name) for name in names if not is_identifier(name)))


def _grammar(text: str, known: KnownNames) -> Grammar:
    if len(text) > LONGEST_TEXT:
        problem = f"expected at most {LONGEST_TEXT} characters, found {len(text)}"
        raise FeelSyntaxError(problem, text=text, at=LONGEST_TEXT, remedy="Split the expression.")
    trees = known.trees()
    return Grammar(text, (name_tree(SPACED_NAMES), *trees), (name_tree(MEMBER_NAMES), *trees))


def _too_deep(text: str) -> FeelSyntaxError:
    return FeelSyntaxError("expected fewer expressions within each other, found too many", text=text, at=0)


@lru_cache(maxsize=MOST_REMEMBERED)
def _parsed_expression(text: str, known: KnownNames) -> Expression:
    try:
        tree = _grammar(text, known).whole_expression()
        return Expression(text, tree, compile_node(tree))
    except RecursionError:
        raise _too_deep(text) from None


@lru_cache(maxsize=MOST_REMEMBERED)
def _parsed_tests(text: str, known: KnownNames) -> UnaryTests:
    try:
        tree = _grammar(text, known).whole_tests()
        each = tuple(compile_test(test) for test in tree.tests)
        return UnaryTests(text, tree, compile_tests(tree), each, constant_tests(tree))
    except RecursionError:
        raise _too_deep(text) from None
