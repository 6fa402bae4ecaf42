"""Explanations: what was considered, which rule applied, what it says, and what another outcome would have needed."""

from __future__ import annotations

from decimal import Decimal
from string import Formatter
from typing import Any

import pytest

from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.dmn.explain import LANGUAGES, Explanation, Language, explain, explanation_json, sentences
from engine.dmn.explain.conditions import wanted
from engine.dmn.explain.values import in_words
from engine.dmn.explain.words import TEXTS
from engine.feel import Date, Value, parse_expression, parse_unary_tests

XML = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<inputData id="age" name="age"><variable name="age"/></inputData>
<inputData id="fit" name="fit"><variable name="fit"/></inputData>
<decision id="may" name="May drive"><variable name="May drive"/>
<informationRequirement id="r1"><requiredInput href="#age"/></informationRequirement>
<informationRequirement id="r2"><requiredInput href="#fit"/></informationRequirement>
<decisionTable id="t" hitPolicy="{policy}">
<input id="i1" label="Age"><inputExpression><text>age</text></inputExpression></input>
<input id="i2" label="Fit"><inputExpression><text>fit</text></inputExpression></input>
<output id="o1" name="answer">{default}</output>
<annotation name="reason"/><annotation name="reason_az"/><annotation name="Article"/><annotation name="Seen"/>
{rules}
</decisionTable></decision></definitions>"""


def a_rule(number: int, age: str, fit: str, answer: str, *annotations: str) -> str:
    cells = "".join(f"<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>" for cell in (age, fit))
    noted = "".join(f"<annotationEntry><text>{text}</text></annotationEntry>" for text in annotations)
    output = f"<outputEntry><text>{answer}</text></outputEntry>"
    return f'<rule id="rule{number}">{cells}{output}{noted}</rule>'


YOUNG = a_rule(1, "< 18", "-", '"no"', "Too young.", "Yaş azdır.", "Art. 30", "2026")
UNFIT = a_rule(2, ">= 18", "false", '"no"', "Not fit.")
FIT = a_rule(3, ">= 18", "true", '"yes"')


def explained(
    age: Any, fit: Any, *, rules: str = YOUNG + UNFIT + FIT, policy: str = "UNIQUE", default: str = ""
) -> Explanation:
    model = read_dmn(XML.format(rules=rules, policy=policy, default=default).encode(), file="m.dmn")
    age = Decimal(age) if isinstance(age, int) else age
    return explain(model, evaluate(compile_decisions(model), "may", {"age": age, "fit": fit}).trace)


def test_facts_rule_and_the_analysts_words_are_told_in_order() -> None:
    told = sentences(explained(17, fit=True), "en")

    assert told == (
        "May drive: no.",
        "What was considered: Age – 17; Fit – yes.",
        "Rule 1 applied.",
        "Reason: Too young.",
        "Legal basis: Art. 30.",
        "Seen: 2026.",
        "The answer would be “yes” if: Age – at least 18 (now: 17).",
    )


def test_words_of_the_language_go_before_those_of_none() -> None:
    reasons = explained(17, fit=True)

    assert "Səbəb: Yaş azdır." in sentences(reasons, "az")
    assert "Причина: Too young." in sentences(reasons, "ru")


@pytest.mark.parametrize(
    ("age", "fit", "others"),
    [
        pytest.param(20, False, ["Fit – yes (now: no)"], id="one condition away"),
        pytest.param(17, False, ["Age – at least 18 (now: 17); and Fit – yes (now: no)"], id="two conditions away"),
        pytest.param(20, True, ["Fit – no (now: yes)", "Age – less than 18 (now: 20)"], id="two rules as near"),
        pytest.param(None, True, ["Age – at least 18 (now: nothing)", "Age – less than 18 (now: nothing)"], id="null"),
    ],
)
def test_nearest_rules_with_another_outcome_tell_what_they_lacked(age: Any, fit: Any, others: list[str]) -> None:
    told = [one for one in sentences(explained(age, fit), "en") if one.startswith("The answer would be")]

    assert sorted(one.partition(" if: ")[2].rstrip(".") for one in told) == sorted(others)


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        pytest.param(
            "FIRST", a_rule(1, "< 18", "-", '"no"') + a_rule(2, "-", "true", '"yes"'), id="later rule of FIRST"
        ),
        pytest.param("COLLECT", YOUNG + FIT, id="several rules answer"),
        pytest.param("UNIQUE", YOUNG + a_rule(2, "> limit", "-", '"yes"'), id="condition on something else"),
    ],
)
def test_what_the_table_does_not_tell_for_certain_is_not_told(policy: str, rules: str) -> None:
    reasons = explained(17, fit=False, rules=rules, policy=policy)

    assert [other for decision in reasons.decisions for table in decision.tables for other in table.others] == []


def test_no_rule_and_default_answer_are_told_as_what_they_are() -> None:
    default = '<defaultOutputEntry><text>"ask"</text></defaultOutputEntry>'

    assert "No rule applied." in sentences(explained(70, fit=True, rules=YOUNG), "en")
    assert "No rule applied; the answer provided for that case was given." in sentences(
        explained(70, fit=True, rules=YOUNG, default=default), "en"
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        pytest.param("< 18", "less than 18", id="below"),
        pytest.param("<= 18", "at most 18", id="at most"),
        pytest.param("> -2.5", "more than -2.5", id="above"),
        pytest.param("[18..65)", "at least 18 and less than 65", id="range"),
        pytest.param('"A","B"', "A or B", id="list"),
        pytest.param('not("A","B")', "anything but A or B", id="not"),
        pytest.param('>= date("2026-03-01")', "on 1 March 2026 or after", id="day"),
        pytest.param('< date("2026-03-01")', "before 1 March 2026", id="before a day"),
        pytest.param("true", "yes", id="truth"),
        pytest.param("null", "nothing", id="null"),
        pytest.param("> other", "the condition > other", id="another name"),
        pytest.param("even(?)", "the condition even(?)", id="function of the input"),
    ],
)
def test_cells_are_told_in_words(cell: str, words: str) -> None:
    assert wanted(parse_unary_tests(cell), "en") == words


@pytest.mark.parametrize(
    ("feel", "az", "en", "ru"),
    [
        pytest.param("1234567.5", "1\u00a0234\u00a0567,5", "1,234,567.5", "1\u00a0234\u00a0567,5", id="number"),
        pytest.param("-0.5", "-0,5", "-0.5", "-0,5", id="small negative number"),
        pytest.param('date("2026-03-07")', "07.03.2026", "7 March 2026", "07.03.2026", id="day"),
        pytest.param("true", "bəli", "yes", "да", id="truth"),
        pytest.param("null", "məlumat yoxdur", "nothing", "нет данных", id="null"),
        pytest.param("[]", "heç nə", "none", "ничего", id="empty list"),
        pytest.param('["a", 1]', "a, 1", "a, 1", "a, 1", id="list"),
        pytest.param("{a: 1}", "a – 1", "a – 1", "a – 1", id="context"),
    ],
)
def test_values_are_written_as_people_write_them(feel: str, az: str, en: str, ru: str) -> None:
    value: Value = parse_expression(feel).evaluate({}).value

    assert [in_words(value, language) for language in LANGUAGES] == [az, en, ru]


def test_long_and_deep_values_are_cut() -> None:
    deep: Value = [[[[[Decimal(1)]]]]]

    assert len(in_words("x" * 10_000, "en")) == 300
    assert in_words(deep, "en") == "…"


def test_every_text_stands_in_all_languages_with_the_same_facts() -> None:
    for name, texts in TEXTS.items():
        facts = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in texts]
        assert all(texts), name
        assert facts[0] == facts[1] == facts[2], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_json_holds_sentences_and_what_they_are_made_of(language: Language) -> None:
    (may,) = explanation_json(explained(17, fit=True), language)

    assert (may["id"], may["value"]) == ("may", "no")
    assert may["sentences"] == list(sentences(explained(17, fit=True), language))
    (table,) = may["tables"]
    assert table["facts"] == [{"name": "Age", "value": Decimal(17)}, {"name": "Fit", "value": True}]
    assert table["rules"][0]["article"] == "Art. 30"
    assert table["others"][0]["lacks"][0]["condition"] == ">= 18"


def test_day_of_a_fact_is_told_as_a_day() -> None:
    assert in_words(Date(2026, 12, 31), "en") == "31 December 2026"


def test_a_condition_too_heavy_to_judge_is_not_told() -> None:
    heavy = a_rule(4, "< 5", "count(for i in 1..200000 return i) > 0", '"heavy"')

    (table,) = explained(17, fit=True, rules=YOUNG + UNFIT + FIT + heavy).decisions[0].tables

    assert [other.index for other in table.others] == [3]


def test_conditions_of_all_rules_are_judged_within_one_bound() -> None:
    heavy = "".join(
        a_rule(4 + at, "< 5", f"count(for i in 1..60000 return i) > {at} and ?", f'"{at}"') for at in range(50)
    )

    (table,) = explained(17, fit=True, rules=YOUNG + heavy).decisions[0].tables

    assert [other.index for other in table.others] == [2, 3]
