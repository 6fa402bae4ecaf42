"""`onewindow feel` and `onewindow dmn run`: expressions and decisions tried at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.importing_decisions import a_library, an_import, an_importer
from tests.contract.cli.conftest import Command

LICENCE = Path(__file__).parents[3] / "processes" / "driving-licence" / "driving-licence.dmn"
RENEWAL = '{"application": {"kind": "renewal"}}'


@pytest.mark.parametrize(
    ("expression", "context", "value"),
    [
        pytest.param("a * 2", '{"a": 1.25}', "2.5", id="json"),
        pytest.param('born + @"P1Y"', '{born: date("2020-02-29")}', "2021-02-28", id="a context of FEEL"),
        pytest.param('"é"', "{}", '"é"', id="text"),
        pytest.param("full name", '{"full name": "A B"}', '"A B"', id="name with a space"),
    ],
)
def test_an_expression_is_evaluated_with_values_by_name(
    onewindow: Command, expression: str, context: str, value: str
) -> None:
    shown = onewindow("feel", expression, "--context", context)

    assert (shown.exit_code, shown.stdout) == (0, value + "\n"), shown.output


def test_values_come_from_a_file_or_from_standard_input(onewindow: Command, tmp_path: Path) -> None:
    (tmp_path / "values.json").write_text('{"a": 3}')

    assert onewindow("feel", "a", "--context", f"@{tmp_path / 'values.json'}").stdout == "3\n"
    assert onewindow("feel", "a", "--context", "-", stdin='{"a": 4}').stdout == "4\n"


def test_a_cell_of_a_table_is_tried_with_a_value(onewindow: Command) -> None:
    assert onewindow("feel", "[18..65)", "--unary", "18").stdout == "true\n"
    assert onewindow("feel", "not(1, 2)", "--unary", "2").stdout == "false\n"


def test_why_something_is_null_is_told_apart_from_the_value(onewindow: Command) -> None:
    shown = onewindow("feel", '1 + "a"')

    assert (shown.exit_code, shown.stdout) == (1, "null\n")
    assert "`+` has no meaning between the number 1 and the string" in shown.stderr


def test_what_is_no_feel_is_shown_with_its_place(onewindow: Command) -> None:
    shown = onewindow("feel", "1 + * 2")

    assert shown.exit_code == 2
    assert shown.stderr.splitlines()[:2] == ["1 + * 2", "    ^"]


@pytest.mark.parametrize(
    "context", ["[1]", "{", "@/nowhere/at-all.json", "1 +"], ids=["a list", "half", "no file", "half of FEEL"]
)
def test_wrong_values_are_wrong_use(onewindow: Command, context: str) -> None:
    shown = onewindow("feel", "1", "--context", context)

    assert shown.exit_code == 2
    assert shown.stderr.startswith("Error: ")


def test_the_prompt_answers_line_by_line_and_survives_mistakes(onewindow: Command) -> None:
    shown = onewindow("feel", stdin=":context {a: 2}\n1 +\na + 1\n:what\n:quit\nnever\n")

    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[:2] == ["{a: 2}", "3"]
    assert "expected an expression" in shown.stderr
    assert "never" not in shown.output


def test_the_prompt_ends_with_its_input(onewindow: Command) -> None:
    assert onewindow("feel", stdin="").exit_code == 0


def test_a_decision_is_made_explained_and_drawn(onewindow: Command) -> None:
    shown = onewindow("dmn", "run", str(LICENCE), "--decision", "tariff", "--input", RENEWAL, "--language", "ru")

    assert shown.exit_code == 0, shown.output
    assert '"P1D"' in shown.stdout
    assert "Применено правило 1." in shown.stdout
    assert "UNIQUE" in shown.stdout


def test_a_decision_as_json_holds_value_reasons_and_trace(onewindow: Command) -> None:
    shown = onewindow("dmn", "run", str(LICENCE), "--decision", "tariff", "--input", RENEWAL, "--json")

    told = json.loads(shown.stdout)
    assert told["value"]["term"] == "P1D"
    assert told["trace"][-1]["tables"][0]["matched"][0]["index"] == 1
    assert told["decisions"][-1]["sentences"] == told["sentences"]


DATED = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<inputData id="born" name="born"><variable name="born" typeRef="date"/></inputData>
<decision id="year" name="year"><variable name="year"/>
<informationRequirement id="r"><requiredInput href="#born"/></informationRequirement>
<literalExpression><text>born.year</text></literalExpression></decision></definitions>"""


def test_texts_become_the_days_the_model_declares_and_the_only_decision_needs_no_name(
    onewindow: Command, tmp_path: Path
) -> None:
    (tmp_path / "dated.dmn").write_text(DATED)

    shown = onewindow("dmn", "run", str(tmp_path / "dated.dmn"), "--input", '{"born": "1990-05-01"}')

    assert shown.stdout.startswith("1990\n"), shown.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model and the library that it imports."""
    (tmp_path / "fee.dmn").write_bytes(an_importer())
    (tmp_path / "lib.dmn").write_bytes(a_library())
    return tmp_path


def test_an_imported_model_is_found_in_the_folder(onewindow: Command, folder: Path) -> None:
    shown = onewindow("dmn", "run", str(folder / "fee.dmn"), "--input", '{"amount": 4}')

    assert (shown.exit_code, shown.stdout.splitlines()[:1]) == (0, ["8"]), shown.output


@pytest.mark.parametrize("command", ["lint", "inspect"])
def test_lint_and_inspect_find_imported_models(onewindow: Command, folder: Path, command: str) -> None:
    for named in (folder, folder / "fee.dmn"):
        shown = onewindow(command, str(named))
        assert shown.exit_code == 0, shown.output

    (folder / "lib.dmn").unlink()
    shown = onewindow(command, str(folder), "--json")
    assert shown.exit_code == 1
    assert "missing-import" in shown.stdout


def test_lint_finds_a_library_that_is_named_with_the_model(onewindow: Command, folder: Path) -> None:
    (folder / "shared").mkdir()
    (folder / "lib.dmn").rename(folder / "shared" / "lib.dmn")

    assert onewindow("lint", str(folder)).exit_code == 0
    assert onewindow("lint", str(folder / "fee.dmn")).exit_code == 1


def test_two_libraries_of_one_namespace_in_a_folder_are_ambiguous(onewindow: Command, folder: Path) -> None:
    (folder / "other.dmn").write_bytes(a_library("3"))

    shown = onewindow("dmn", "run", str(folder / "fee.dmn"))

    assert shown.exit_code != 0
    assert "have one namespace, `urn:lib`" in shown.stderr


def test_models_that_import_one_another_are_refused(onewindow: Command, tmp_path: Path) -> None:
    (tmp_path / "a.dmn").write_bytes(a_library("2", "urn:a", an_import("urn:b")))
    (tmp_path / "b.dmn").write_bytes(a_library("2", "urn:b", an_import("urn:a")))

    shown = onewindow("lint", str(tmp_path))

    assert shown.exit_code == 1
    assert shown.stdout.count("(import-cycle)") == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["/nowhere.dmn"], "cannot be read", id="no file"),
        pytest.param([__file__], "XML", id="no model"),
        pytest.param([str(LICENCE)], "several decisions", id="which one"),
        pytest.param([str(LICENCE), "--decision", "none"], "no decision", id="unknown decision"),
    ],
)
def test_what_cannot_be_made_is_wrong_use(onewindow: Command, arguments: list[str], told: str) -> None:
    shown = onewindow("dmn", "run", *arguments)

    assert shown.exit_code != 0
    assert told in shown.stderr
