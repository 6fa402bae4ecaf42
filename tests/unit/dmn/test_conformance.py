"""The runner of the DMN compatibility kit: what it reads, how it compares, what it counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.dmn.conformance import FileVerdict, Outcome, counted, judge, same
from engine.dmn.conformance_cases import Untyped, files_of_cases, read_cases
from engine.feel import Date, DateTime, Time, Value

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:m" name="m">
<import namespace="urn:lib" name="lib" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
<decision id="d1" name="Double"><variable name="Double"/>
  <informationRequirement><requiredInput href="#i"/></informationRequirement>
  <literalExpression><text>n * 2</text></literalExpression></decision>
<decision id="d2" name="Java"><variable name="Java"/><literalExpression>
  <text>{f: function(a) external {java: {class: "x"}}, r: f(1)}.r</text></literalExpression></decision>
<decision id="d3" name="Lib"><variable name="Lib"/>
  <informationRequirement><requiredInput href="urn:lib#li"/></informationRequirement>
  <literalExpression><text>lib.n + 1</text></literalExpression></decision>
<decision id="d4" name="Third"><variable name="Third"/>
  <literalExpression><text>1 / 3</text></literalExpression></decision>
<businessKnowledgeModel id="b" name="plus"><variable name="plus"/><encapsulatedLogic>
  <formalParameter name="a" typeRef="number"/><formalParameter name="b" typeRef="number"/>
  <literalExpression><text>a + b</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decisionService id="s" name="Both"><variable name="Both"/>
  <outputDecision href="#d1"/><outputDecision href="#d4"/><inputData href="#i"/></decisionService>
</definitions>"""
LIBRARY = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:lib" name="lib">
<inputData id="li" name="n"><variable name="n" typeRef="number"/></inputData></definitions>"""

Run = Callable[[str], FileVerdict]


def a_case(inputs: str, results: str, attributes: str = "") -> str:
    return f'<testCase id="c" {attributes}>{inputs}{results}</testCase>'


def a_value(text: str, kind: str = "decimal") -> str:
    return f'<value xsi:type="xsd:{kind}">{text}</value>'


def expects(name: str, value: str, attributes: str = "") -> str:
    return f'<resultNode name="{name}" {attributes}><expected>{value}</expected></resultNode>'


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Judges one case against the model."""
    folder = tmp_path / "level" / "case"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(MODEL)
    (folder / "lib.dmn").write_text(LIBRARY)
    (folder / "broken.dmn").write_text("<nothing")

    def judged(case: str) -> FileVerdict:
        path = folder / "m-test.xml"
        space = "http://www.omg.org/spec/DMN/20160719/testcase"
        path.write_text(
            f'<tc:testCases xmlns:tc="{space}" xmlns="{space}" {XSI}><modelName>m.dmn</modelName>{case}</tc:testCases>'
        )
        return judge(path, tmp_path, NOW)

    return judged


GIVEN = f'<inputNode name="n">{a_value("4")}</inputNode>'
IMPORTED = f'<inputNode name="n" namespace="urn:lib">{a_value("6")}</inputNode>'
NIL = '<value xsi:nil="true"/>'


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        pytest.param(a_case(GIVEN, expects("Double", a_value("8"))), "passed", id="the value expected"),
        pytest.param(a_case(GIVEN, expects("Double", a_value("9"))), "failed", id="another value"),
        pytest.param(a_case(GIVEN, expects("Double", a_value("8", "string"))), "failed", id="another kind"),
        pytest.param(
            a_case('<inputNode name="n"><value>4</value></inputNode>', expects("Double", "<value>8</value>")),
            "passed",
            id="values without a type",
        ),
        pytest.param(a_case("", expects("Double", NIL, 'errorResult="true"')), "passed", id="an error, as expected"),
        pytest.param(a_case(GIVEN, expects("Double", NIL, 'errorResult="true"')), "failed", id="no error"),
        pytest.param(a_case("", expects("Java", a_value("1"))), "refused", id="a function outside of FEEL"),
        pytest.param(a_case("", expects("Nobody", a_value("1"))), "error", id="a decision that is not there"),
        pytest.param(a_case("", ""), "error", id="nothing expected"),
        pytest.param(a_case("", expects("Double", a_value("x"))), "error", id="a value that is none"),
        pytest.param(a_case(GIVEN + IMPORTED, expects("Lib", a_value("7"))), "passed", id="inputs of two models"),
        pytest.param(a_case("", expects("Third", a_value("0.33333333"))), "passed", id="to the eighth digit"),
        pytest.param(a_case("", expects("Third", a_value("0.3333333"))), "failed", id="not to the seventh"),
        pytest.param(
            a_case(
                f'<inputNode name="a">{a_value("1")}</inputNode><inputNode name="b">{a_value("2")}</inputNode>',
                expects("plus", a_value("3")),
                'invocableName="plus" type="bkm"',
            ),
            "passed",
            id="a business knowledge model",
        ),
        pytest.param(
            a_case(
                GIVEN,
                expects("Double", a_value("8")) + expects("Third", a_value("0.33333333333")),
                'invocableName="Both" type="decisionService"',
            ),
            "passed",
            id="a decision service with two results",
        ),
    ],
)
def test_a_case_is_judged_by_the_rules_of_the_kit(run: Run, case: str, outcome: str) -> None:
    assert [one.outcome for one in run(case).cases] == [outcome]


def test_a_case_is_as_good_as_its_worst_result(run: Run) -> None:
    verdict = run(a_case(GIVEN, expects("Double", a_value("8")) + expects("Java", a_value("1"))))

    assert verdict.level == "level"
    assert counted([verdict]) == {
        "cases": 1,
        "passed": 0,
        "refused": 1,
        "failed": 0,
        "error": 0,
        "results": {"total": 2, "passed": 1, "refused": 1, "failed": 0, "error": 0},
    }
    assert [told["result"] for told in verdict.to_json()["not_passed"]] == ["Java"]


def test_one_case_that_cannot_be_read_spoils_no_other(run: Run) -> None:
    verdict = run(a_case("", expects("Double", a_value("x"))) + a_case(GIVEN, expects("Double", a_value("8"))))

    assert [one.outcome for one in verdict.cases] == [Outcome.error, Outcome.passed]
    assert "expected a value of the type xsd:decimal, found 'x'" in verdict.cases[0].results[0].message


@pytest.mark.parametrize("model", ["nowhere.dmn", "../nowhere.dmn"])
def test_a_missing_model_is_an_error_of_every_case(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    (tmp_path / "nowhere.dmn").write_text(MODEL)
    path = folder / "t.xml"
    case = a_case("", expects("A", NIL, 'errorResult="true"'))
    path.write_text(f"<testCases {XSI}><modelName>{model}</modelName>{case}</testCases>")

    verdict = judge(path, tmp_path, NOW)

    assert [one.outcome for one in verdict.cases] == [Outcome.error]
    assert "nowhere.dmn" in verdict.cases[0].results[0].message


def test_only_files_of_cases_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<testCases/>")
    (tmp_path / "b.xml").write_text("<definitions/>")

    assert [path.name for path in files_of_cases(tmp_path)] == ["a.xml"]


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ('<value xsi:type="xsd:date">2026-02-28</value>', Date(2026, 2, 28)),
        (
            '<value xsi:type="xsd:dateTime">2026-02-28T01:02:03Z</value>',
            DateTime(Date(2026, 2, 28), Time(1, 2, 3, 0, 0)),
        ),
        ('<value xsi:type="xsd:double">1.5E1</value>', Decimal(15)),
        ('<value xsi:type="xsd:boolean">1</value>', True),
        ('<value xsi:type="xsd:string"> a </value>', " a "),
        ('<list><item><value>a</value></item><item><value xsi:nil="true"/></item></list>', ["a", None]),
        ("<list/>", []),
        ('<list xsi:nil="true"/>', None),
        (
            '<component name="a"><list><item><component name="b"><value>c</value></component></item></list>'
            "</component>",
            {"a": [{"b": "c"}]},
        ),
        ("", None),
    ],
)
def test_a_value_of_the_kit_is_a_value_of_feel(tmp_path: Path, inside: str, value: Value) -> None:
    path = tmp_path / "t.xml"
    path.write_text(f'<testCases {XSI}><testCase><inputNode name="n">{inside}</inputNode></testCase></testCases>')

    assert read_cases(path).cases[0].inputs[0].value == value


@pytest.mark.parametrize(
    ("expected", "found", "answer"),
    [
        ([Decimal(1)], [Decimal("1.000000001")], True),
        ([Decimal(1)], [Decimal(1), None], False),
        ({"a": Decimal(1)}, {"a": Decimal(1), "b": None}, False),
        (Untyped("2026-01-01"), Date(2026, 1, 1), True),
        (Untyped(""), None, True),
        (Untyped("x"), None, False),
        (True, Decimal(1), False),
        (None, None, True),
    ],
)
def test_values_are_the_same_within_the_tolerance(expected: Value, found: Value, answer: bool) -> None:
    assert same(expected, found) is answer
