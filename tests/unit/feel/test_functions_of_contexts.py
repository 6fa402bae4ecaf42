"""Built-in functions of contexts (DMN 1.5, 10.3.4.9) and is() (10.3.4.7)."""

from __future__ import annotations

import pytest

from tests.builders.a_feel_value import reasons, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('get value({key1: "value1"}, "key1")', '"value1"'),
        ('get value({a: {b: 5}}, ["a", "b"])', "5"),
        ('get value(m: {a: 1}, key: "a")', "1"),
        ('get value({a: null}, "a")', "null"),
        ('get entries({key1: "value1", key2: 2})', '[{key: "key1", value: "value1"}, {key: "key2", value: 2}]'),
        ("get entries({})", "[]"),
        ('get entries({a: 1})[key = "a"].value', "[1]"),
        ('context([{key: "a", value: 1}, {key: "b", value: 2}])', "{a: 1, b: 2}"),
        ('context([{key: "a", value: 1}, {key: "b", value: 2, something: "else"}])', "{a: 1, b: 2}"),
        ('context({key: "a", value: 1})', "{a: 1}"),
        ("context([])", "{}"),
        ('context put({x: 1}, "y", 2)', "{x: 1, y: 2}"),
        ('context put({x: 1, y: 0}, "y", 2)', "{x: 1, y: 2}"),
        ('context put({x: 1, y: 0, z: 0}, "y", 2)', "{x: 1, y: 2, z: 0}"),
        ('context put({x: 1}, ["y"], 2)', "{x: 1, y: 2}"),
        ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', "{x: 1, y: {a: 2}}"),
        ('context put({x: 1}, ["y", "a"], 2)', "{x: 1, y: {a: 2}}"),
        ('context put({x: 1}, "y", null)', "{x: 1, y: null}"),
        ('context put(context: {x: 1}, keys: ["y", "z"], value: 2)', "{x: 1, y: {z: 2}}"),
        ("context merge([{x: 1}, {y: 2}])", "{x: 1, y: 2}"),
        ("context merge([{x: 1, y: 0}, {y: 2}])", "{x: 1, y: 2}"),
        ("context merge([])", "{}"),
        ("context merge(contexts: {x: 1})", "{x: 1}"),
        ('is(@"2012-12-25", @"23:00:50")', "false"),
        ('is(@"2012-12-25", @"2012-12-25")', "true"),
        ('is(@"23:00:50Z", @"23:00:50")', "false"),
        ('is(@"23:00:50Z", @"23:00:50+00:00")', "true"),
        ('is(@"2002-04-02T23:00:00-04:00", @"2002-04-03T02:00:00-01:00")', "false"),
        ('is(1, "1")', "false"),
        ("is(null, null)", "true"),
        ("is([1, 2], [1, 2])", "true"),
    ],
)
def test_a_function_of_contexts_gives_its_value(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('get value({key1: "value1"}, "unexistent-key")', "no-entry"),
        ('get value(null, "a")', "argument-type"),
        ("get value({a: 1}, [{a: 1}])", "argument-type"),
        ('get value({a: 1}, [["a"]])', "argument-type"),
        ("get entries(null)", "argument-type"),
        ('context([{key: "a", value: 1}, {key: "b"}])', "argument-type"),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "argument-type"),
        ("context([{key: 1, value: 1}])", "argument-type"),
        ("context put({x: 1, y: {a: 0}}, [], 2)", "argument-type"),
        ("context put({x: 1}, [null], 2)", "argument-type"),
        ('context put({x: 1}, ["x", "y"], 2)', "argument-type"),
        ("context put({}, null, 1)", "argument-type"),
        ("context merge([{a: 1}, 2])", "argument-type"),
        ("context merge(null)", "argument-type"),
    ],
)
def test_a_function_of_contexts_is_null_and_says_why(text: str, reason: str) -> None:
    assert told(text) == "[null]"
    assert reason in reasons(text)
