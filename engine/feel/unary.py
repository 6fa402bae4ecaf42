"""Unary tests to closures: the cells of decision tables (DMN 1.5, 7.3.3, 8.3.3 and 10.3.1.2)."""

# ruff: noqa: ARG005  (every closure gets the environment and the input)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.feel import syntax
from engine.feel.compiler import compile_node
from engine.feel.operators import any_true, member
from engine.feel.run import Env, Run
from engine.feel.values import Range, Value, equal


@dataclass(frozen=True, slots=True, eq=False)
class ConstantTests:
    """Unary tests of literals and ranges of literals: they ask nothing but the input, and never warn."""

    parts: tuple[Value, ...]
    """The literals and ranges, any of which may hold."""
    negated: bool

    def holds(self, value: Value) -> bool | None:
        """The same answer as the closure of the tests gives."""
        answer = any_true([_passes(part, value) for part in self.parts])
        return answer if answer is None or not self.negated else not answer


def _passes(part: Value, value: Value) -> bool | None:
    if isinstance(part, Range):
        return part.holds(value)
    if isinstance(part, bool) and not isinstance(value, bool):
        return part
    return equal(value, part)


def constant_tests(node: syntax.Tests) -> ConstantTests | None:
    """The tests as constants; None when one of them must be evaluated, or there are none."""
    parts: list[Value] = []
    for test in node.tests:
        ends = (test.start, test.end) if isinstance(test, syntax.RangeLiteral) else (test,)
        if not all(end is None or _is_constant(end) for end in ends):
            return None
        run = Run()
        parts.append(compile_node(test)(run))
        if run.warnings:
            return None
    return ConstantTests(tuple(parts), node.negated) if parts else None


def _is_constant(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Literal) or (isinstance(node, syntax.Negation) and _is_constant(node.value))


def compile_tests(node: syntax.Tests) -> Callable[[Env, Value], bool | None]:
    """The closure of unary tests: an `Env` that knows the input as `?`, and the input (DMN 1.5, 7.3.3 and 8.3.3)."""
    if not node.tests:
        return lambda env, value: True
    tests = [compile_test(test) for test in node.tests]
    negated = node.negated
    if len(tests) == 1 and not negated:
        return tests[0]

    def test_all(env: Env, value: Value) -> bool | None:
        answers: list[bool | None] = []
        for test in tests:
            answer = test(env, value)
            if answer is True:
                return not negated
            answers.append(answer)
        answer = any_true(answers)
        return answer if answer is None or not negated else not answer

    return test_all


def compile_test(node: syntax.Node) -> Callable[[Env, Value], bool | None]:
    """The closure of one positive unary test."""
    compiled = compile_node(node)
    asks = "?" in syntax.names_in(node)

    def test(env: Env, value: Value) -> bool | None:
        found = compiled(env)
        if found.__class__ is bool and (asks or value.__class__ is not bool):
            return bool(found)
        if found is None and asks:
            return None
        return member(env.run, value, found)

    return test
