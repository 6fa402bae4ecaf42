"""Boxed expressions: what each box gives (DMN 1.5, 10.2)."""

from __future__ import annotations

import pytest

from tests.builders.a_decision_model import a_decision, an_input, answer, decide, knowledge, literal


def entry(name: str, box: str, type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f'<variable name="{name}"{typed}/>' if name else ""
    return f"<contextEntry>{variable}{box}</contextEntry>"


def part(name: str, text: str) -> str:
    return f"<{name}>{literal(text)}</{name}>"


TEXT = '"a"'
INNER = f"<context>{entry('b', literal('1'))}</context>"
DOUBLE = f'<functionDefinition><formalParameter name="x" typeRef="number"/>{literal("x * 2")}</functionDefinition>'


@pytest.mark.parametrize(
    ("box", "value"),
    [
        pytest.param(literal("1 + 1"), "2", id="literal"),
        pytest.param(
            f"<context>{entry('a', literal('1'))}{entry('b c', literal('a + 1'))}</context>",
            '{a: 1, "b c": 2}',
            id="a context: each entry sees those before",
        ),
        pytest.param(
            f"<context>{entry('a b', literal('1'))}{entry('', literal('a b + 1'))}</context>",
            "2",
            id="a context with a result",
        ),
        pytest.param(
            f"<context>{entry('a', INNER)}{entry('', literal('a.b'))}</context>",
            "1",
            id="a context within a context",
        ),
        pytest.param(
            f"<context>{entry('a', literal('[1]'), 'number')}</context>", "{a: 1}", id="an entry fits its type"
        ),
        pytest.param(
            f"<context>{entry('a', literal('true'), 'number')}</context>", "{a: null}", id="an entry that does not fit"
        ),
        pytest.param(f"<list>{literal('1')}{literal('2')}</list>", "[1, 2]", id="a list"),
        pytest.param("<list/>", "[]", id="an empty list"),
        pytest.param(f"<list><list>{literal('1')}</list></list>", "[[1]]", id="a list in a list"),
        pytest.param(
            '<relation><column name="a"/><column name="b c"/>'
            f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row></relation>",
            '[{a: 1, "b c": 2}, {a: 3, "b c": 4}]',
            id="a relation",
        ),
        pytest.param(
            f'<relation><column name="a" typeRef="number"/><row>{literal("true")}</row></relation>',
            "[{a: null}]",
            id="a relation's cell that does not fit its column",
        ),
        pytest.param(
            f"<conditional>{part('if', '1 > 0')}{part('then', '2')}{part('else', '3')}</conditional>",
            "2",
            id="a conditional",
        ),
        pytest.param(
            f"<conditional>{part('if', 'null')}{part('then', '2')}{part('else', '3')}</conditional>",
            "3",
            id="a conditional on null",
        ),
        pytest.param(
            f"<conditional>{part('if', '5')}{part('then', '2')}{part('else', '3')}</conditional>",
            "null",
            id="a conditional on what is no boolean",
        ),
        pytest.param(f"<filter>{part('in', '[1, 2, 3]')}{part('match', 'item > 1')}</filter>", "[2, 3]", id="a filter"),
        pytest.param(
            f"<filter>{part('in', '[{a: 1}, {a: 2}]')}{part('match', 'a = 2')}</filter>",
            "[{a: 2}]",
            id="a filter by an entry",
        ),
        pytest.param(f"<filter>{part('in', '5')}{part('match', 'item = 5')}</filter>", "[5]", id="a filter of one"),
        pytest.param(f"<filter>{part('in', 'null')}{part('match', 'true')}</filter>", "null", id="a filter of null"),
        pytest.param(f"<filter>{part('in', '[1, 2]')}{part('match', TEXT)}</filter>", "null", id="a filter by a text"),
        pytest.param(
            f'<for iteratorVariable="n m">{part("in", "[1..3]")}{part("return", "n m * 2")}</for>',
            "[2, 4, 6]",
            id="for, with a variable of two words",
        ),
        pytest.param(
            f'<for iteratorVariable="n">{part("in", "[1..2]")}{part("return", "n")}</for>', "[1, 2]", id="for [1..2]"
        ),
        pytest.param(
            f'<for iteratorVariable="n">{part("in", "[1, 2, 3]")}{part("return", "n + count(partial)")}</for>',
            "[1, 3, 5]",
            id="for with partial",
        ),
        pytest.param(
            f'<for iteratorVariable="n">{part("in", "null")}{part("return", "n")}</for>', "null", id="for over null"
        ),
        pytest.param(
            f'<some iteratorVariable="n">{part("in", "[1, 2]")}{part("satisfies", "n > 1")}</some>', "true", id="some"
        ),
        pytest.param(
            f'<every iteratorVariable="n">{part("in", "[1, 2]")}{part("satisfies", "n > 1")}</every>',
            "false",
            id="every",
        ),
        pytest.param(
            f"<context>{entry('f', DOUBLE)}{entry('', literal('f(4)'))}</context>",
            "8",
            id="a function",
        ),
    ],
)
def test_a_box_gives_its_value(box: str, value: str) -> None:
    assert answer(a_decision("D", box), "D") == value


@pytest.mark.parametrize(
    ("bindings", "value"),
    [
        pytest.param({"a": "10", "b": "4"}, "6", id="by name"),
        pytest.param({"b": "4", "a": "10"}, "6", id="in any order"),
        pytest.param({"a": "[10]", "b": "4"}, "6", id="a list of one fits"),
        pytest.param({"a": "true", "b": "4"}, "null", id="what does not fit"),
        pytest.param({"a": "10"}, "null", id="one is missing"),
        pytest.param({"a": "10", "b": "4", "c": "1"}, "null", id="one too many"),
    ],
)
def test_an_invocation_binds_its_arguments_by_name(bindings: dict[str, str], value: str) -> None:
    bound = "".join(f'<binding><parameter name="{name}"/>{literal(text)}</binding>' for name, text in bindings.items())
    model = knowledge("minus", "a: number, b: number", literal("a - b")) + a_decision(
        "D", f"<invocation>{literal('minus')}{bound}</invocation>", knows="minus"
    )

    assert answer(model, "D") == value


def test_knowledge_may_call_other_knowledge_and_itself() -> None:
    model = (
        knowledge("double it", "n: number", literal("n * 2"))
        + knowledge("quadruple", "n: number", literal("double it(double it(n))"), knows="double it")
        + knowledge("fib", "n: number", literal("if n < 2 then n else fib(n - 1) + fib(n - 2)"))
        + a_decision("D", literal("quadruple(2) + fib(10)"), knows="quadruple, fib")
    )

    assert answer(model, "D") == "63"


def test_knowledge_fits_its_result_to_the_type_of_its_variable() -> None:
    item = '<itemDefinition name="tF"><functionItem outputTypeRef="string"/></itemDefinition>'
    model = item + knowledge("f", "a", literal("a"), type_ref="tF") + a_decision("D", literal("f(5)"), knows="f")

    result = decide(model, "D")

    assert result.value is None
    assert "result-type" in [warning.code for warning in result.warnings]


def test_knowledge_may_be_asked_directly() -> None:
    assert answer(knowledge("double", "n: number", literal("n * 2")), "double", {"n": 4}) == "8"


def test_knowledge_in_another_language_is_refused_when_called() -> None:
    java = knowledge("f", "a", literal("a")).replace("<encapsulatedLogic>", '<encapsulatedLogic kind="Java">')

    result = decide(java + a_decision("D", literal("f(5)"), knows="f"), "D")

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["external-function"]


def test_a_decision_without_logic_is_null_and_says_so() -> None:
    result = decide(a_decision("D", ""), "D")

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["no-logic"]


def test_a_decision_sees_what_it_requires_and_nothing_else() -> None:
    model = an_input("a") + an_input("b") + a_decision("D", literal("[a, b]"), inputs="a")

    result = decide(model, "D", {"a": 1, "b": 2})

    assert answer(model, "D", {"a": 1, "b": 2}) == "[1, null]"
    assert [warning.code for warning in result.warnings] == ["unknown-name"]


def test_a_warning_tells_the_decision_it_comes_from() -> None:
    model = a_decision("A", literal("1 / 0")) + a_decision("B", literal('A + "x"'), decisions="A")

    warnings = decide(model, "B").warnings

    assert [(warning.code, warning.place) for warning in warnings] == [
        ("no-number", "decision `A`"),
        ("unfit-operands", "decision `B`"),
    ]
