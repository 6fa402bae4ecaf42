"""Decision tables before deployment: what no rule answers, what several answer, and rules that never do."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostics import Severity
from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.dmn.checks import check_tables

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">'


def a_table(
    *rules: tuple[str, ...], policy: str = "UNIQUE", types: tuple[str, ...] = (), allowed: str = "", default: str = ""
) -> bytes:
    """A table over Age, Kind, ... with a rule a tuple: its cells, then its answer."""
    names = ("Age", "Kind", "Fit")[: len(rules[0]) - 1]
    inputs = "".join(f'<inputData id="i{name}" name="{name}"><variable name="{name}"/></inputData>' for name in names)
    needs = "".join(
        f'<informationRequirement id="n{name}"><requiredInput href="#i{name}"/></informationRequirement>'
        for name in names
    )
    values = f"<inputValues><text>{allowed}</text></inputValues>" if allowed else ""
    columns = "".join(
        f'<input id="c{name}" label="{name}"><inputExpression{f" typeRef={kind!r}" if kind else ""}><text>{name}</text>'
        f"</inputExpression>{values if name == 'Kind' else ''}"
        "</input>"
        for name, kind in zip(names, (*types, "", "", ""), strict=False)
    )
    rows = "".join(
        f'<rule id="rule{number}">'
        + "".join(f"<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>" for cell in cells[:-1])
        + f"<outputEntry><text>{cells[-1]}</text></outputEntry></rule>"
        for number, cells in enumerate(rules, 1)
    )
    fallback = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    output = f'<output id="o" name="o">{fallback}</output>'
    table = f'<decisionTable id="t" hitPolicy="{policy}">{columns}{output}{rows}</decisionTable>'
    return (
        f'{HEAD}{inputs}<decision id="d" name="d"><variable name="d"/>{needs}{table}</decision></definitions>'.encode()
    )


def told(model: bytes) -> list[str]:
    return [finding.message for finding in check_tables(read_dmn(model, file="m.dmn"))]


@pytest.mark.parametrize(
    ("rules", "gaps"),
    [
        pytest.param((("< 18", "1"), (">= 18", "2")), [], id="whole"),
        pytest.param((("< 18", "1"), ("> 18", "2")), ["Age = 18"], id="a point"),
        pytest.param((("< 18", "1"), (">= 21", "2")), ["Age in [18..21)"], id="between"),
        pytest.param((("[18..65]", "1"),), ["Age < 18", "Age > 65"], id="both sides"),
        pytest.param((('< date("2026-01-01")', "1"), ('> date("2026-01-01")', "2")), ["Age = 2026-01-01"], id="a day"),
        pytest.param(
            (('<= date("2026-01-01")', "1"), ('>= date("2026-01-02")', "2")), [], id="days next to each other"
        ),
        pytest.param((("true", "1"),), ["Age = false"], id="truth"),
        pytest.param((("< 18", '"A"', "1"), (">= 18", "-", "2")), [], id="a dash is everything"),
        pytest.param((("< 18", '"A"', "1"), (">= 18", '"A","B"', "2")), ['Age < 18 and Kind = "B"'], id="two columns"),
        pytest.param((("< 18", "1"), ("> other", "2")), [], id="a cell that may hold for everything"),
    ],
)
def test_gaps_are_named_by_their_region(rules: tuple[tuple[str, ...], ...], gaps: list[str]) -> None:
    assert told(a_table(*rules)) == [f"No rule of `d` answers when {gap}." for gap in gaps]


def test_declared_values_are_all_there_is() -> None:
    rules = (("< 18", '"A"', "1"), (">= 18", '"A"', "2"), ("-", '"B"', "3"))

    assert told(a_table(*rules, allowed='"A","B"')) == []
    assert told(a_table(*rules, allowed='"A","B","C"')) == ['No rule of `d` answers when Kind = "C".']


def test_a_default_answer_leaves_no_gap() -> None:
    assert told(a_table(("< 18", "1"), default="9")) == []


@pytest.mark.parametrize(
    ("policy", "answer", "is_told"),
    [("UNIQUE", "2", True), ("UNIQUE", "1", True), ("ANY", "2", True), ("ANY", "1", False), ("COLLECT", "2", False)],
)
def test_overlaps_are_told_where_the_policy_forbids_them(policy: str, answer: str, is_told: bool) -> None:
    found = told(a_table(("<= 18", "1"), (">= 18", answer), policy=policy))

    assert found == (["Rules 1 and 2 of `d` both answer when Age = 18."] if is_told else [])


@pytest.mark.parametrize(
    ("policy", "rules", "number"),
    [
        pytest.param("FIRST", (("-", "1"), ("< 18", "2")), 2, id="an earlier rule takes all"),
        pytest.param("UNIQUE", (("-", "1"), ("[5..3]", "2")), 2, id="no value passes"),
    ],
)
def test_rules_never_reached_are_named(policy: str, rules: tuple[tuple[str, ...], ...], number: int) -> None:
    (found,) = check_tables(read_dmn(a_table(*rules, policy=policy), file="m.dmn"))

    assert (found.rule, found.element_id, found.severity) == ("rule-never-reached", f"rule{number}", Severity.warning)


def test_a_table_too_large_is_left_alone_and_that_is_said() -> None:
    rules = [(f"= {number}", f"= {number}", f"= {number}", "1") for number in range(12)]
    (found,) = check_tables(read_dmn(a_table(*rules), file="m.dmn"))

    assert (found.rule, found.severity) == ("table-not-checked", Severity.info)


CELLS = st.sampled_from(["-", "< 2", "<= 2", "> 2", ">= 3", "[1..3]", "(1..3)", "2", "not(2)", "1,3", "]1..2]"])
RULES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(RULES)
def test_gaps_and_overlaps_agree_with_the_evaluation_of_every_point(rows: list[tuple[str, str]]) -> None:
    model = read_dmn(a_table(*[(*cells, str(n)) for n, cells in enumerate(rows)], policy="RULE ORDER"), file="m")
    unique = check_tables(
        read_dmn(a_table(*[(*cells, str(n)) for n, cells in enumerate(rows)], policy="UNIQUE"), file="m")
    )
    compiled = compile_decisions(model)
    points = [Decimal(half) / 2 for half in range(0, 9)]
    counts = {
        len(evaluate(compiled, "d", {"Age": age, "Kind": kind}).value or [])  # type: ignore[arg-type]
        for age, kind in product(points, points)
    }

    assert any(one.rule == "table-gap" for one in unique) == (0 in counts)
    assert any(one.rule == "table-overlap" for one in unique) == any(count > 1 for count in counts)


def test_texts_nobody_named_are_no_gap_and_reach_the_rules_that_exclude_others() -> None:
    assert told(a_table(('not("A")', "1"), ('"A"', "2"))) == []
    assert told(a_table(('"A"', "1"), ('"B"', "2"))) == []


def test_a_cell_that_asks_for_null_leaves_the_table_unjudged() -> None:
    assert told(a_table(("true", "1"), ("null", "2"), types=("boolean",))) == []
