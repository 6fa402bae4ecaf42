"""Unary tests to closures: the cells of decision tables (DMN 1.5, 7.3.3, 8.3.3 and 10.3.1.2)."""

# ruff: noqa: ARG005  (every closure gets the environment and the input)

from __future__ import annotations

from collections.abc import Callable

from engine.feel import syntax
from engine.feel.compiler import compile_node
from engine.feel.operators import any_true, member
from engine.feel.run import Env
from engine.feel.values import Value


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
