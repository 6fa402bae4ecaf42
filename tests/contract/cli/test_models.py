"""`onewindow lint`, `inspect`, `deploy`, `conformance`: files of analysts at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.a_model import a_process
from tests.builders.a_permit import a_permit
from tests.contract.cli.conftest import Command

LICENCE = Path(__file__).parents[3] / "processes" / "driving-licence"


@pytest.fixture
def permit(tmp_path: Path) -> Path:
    """A folder with a procedure that can be deployed."""
    folder = tmp_path / "permit"
    folder.mkdir()
    for name, content in a_permit().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A model with an unknown connector and FEEL that does not parse."""
    file = tmp_path / "broken.bpmn"
    file.write_bytes(a_process("p").start().script("s", "=1 +").service_task("t", connector=None).end().xml())
    return file


def test_the_shipped_procedure_has_no_fault(onewindow: Command) -> None:
    assert onewindow("lint", str(LICENCE)).exit_code == 0


def test_lint_names_file_line_and_element_of_each_fault(onewindow: Command, broken: Path) -> None:
    told = onewindow("lint", str(broken))
    found = json.loads(onewindow("lint", str(broken), "--json").stdout)[0]["diagnostics"]

    assert told.exit_code == 1
    assert f"{broken}:" in told.stdout
    errors = [one for one in found if one["severity"] == "error"]
    assert {one["element_id"] for one in errors} >= {"s", "t"}
    assert all(one["line"] and one["message"] for one in errors)


def test_inspect_shows_every_element_with_type_and_line(onewindow: Command, permit: Path) -> None:
    shown = onewindow("inspect", str(permit / "permit.bpmn"), "--json")

    elements = {one["id"]: one for one in json.loads(shown.stdout)[0]["elements"]}
    assert shown.exit_code == 0
    assert elements["check"]["type"] == "userTask"
    assert elements["check"]["line"] > 0
    assert "queue city:clerk" in elements["check"]["meaning"]


def test_inspect_draws_a_table_for_people(onewindow: Command, permit: Path) -> None:
    shown = onewindow("inspect", str(permit))

    assert shown.exit_code == 0
    assert "can be deployed" in shown.stdout


@pytest.mark.parametrize("path", ["nowhere.bpmn", "nowhere", "pyproject.toml"])
def test_what_is_no_model_is_wrong_use(onewindow: Command, path: str) -> None:
    assert onewindow("lint", path).exit_code == 2


def test_a_folder_is_deployed_and_a_second_time_changes_nothing(onewindow: Command, permit: Path) -> None:
    assert onewindow("deploy", str(permit)).exit_code == 1, "nobody works in its queue yet"
    onewindow("account", "add", "aysel", "--shown-name", "Aysel", "--token-only", "--queue", "city:clerk")

    first = json.loads(onewindow("deploy", str(permit), "--json").stdout)
    again = json.loads(onewindow("deploy", str(permit), "--json").stdout)

    assert {one["key"]: one["is_new"] for one in first[0]["definitions"]} == {"permit": True, "check": True}
    assert again[0]["deployment"] is None


def test_a_folder_with_a_fault_is_not_deployed_and_the_fault_is_told(
    onewindow: Command, permit: Path, broken: Path
) -> None:
    (permit / "broken.bpmn").write_bytes(broken.read_bytes())

    refused = onewindow("deploy", str(permit))

    assert refused.exit_code == 1
    assert "broken.bpmn" in refused.stdout


def test_conformance_gives_a_verdict_on_every_file(onewindow: Command, permit: Path, broken: Path) -> None:
    (permit / "broken.bpmn").write_bytes(broken.read_bytes())
    (permit / "other.bpmn").write_bytes(b"not xml")
    out = permit / "out" / "verdicts.json"

    surveyed = onewindow("conformance", "bpmn", str(permit), "--json", str(out))

    verdicts = {one["file"]: one["outcome"] for one in json.loads(out.read_text())["files"]}
    assert surveyed.exit_code == 0
    assert verdicts == {"permit.bpmn": "executable", "broken.bpmn": "refused", "other.bpmn": "refused"}


KIT_MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:m" name="m">
<decision id="d" name="D"><variable name="D"/><literalExpression><text>1 + 1</text></literalExpression></decision>
</definitions>"""


@pytest.mark.parametrize(("expected", "exit_code"), [("2", 0), ("3", 1)])
def test_conformance_runs_the_cases_of_a_kit(onewindow: Command, tmp_path: Path, expected: str, exit_code: int) -> None:
    folder = tmp_path / "compliance-level-2" / "0001-sum"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(KIT_MODEL)
    (folder / "m-test-01.xml").write_text(
        f"""<testCases><modelName>m.dmn</modelName><testCase id="001"><resultNode name="D" type="decision">
        <expected><value>{expected}</value></expected></resultNode></testCase></testCases>"""
    )
    out = tmp_path / "out.json"

    judged = onewindow("conformance", "dmn", str(tmp_path), "--json", str(out))

    verdicts = json.loads(out.read_text())
    assert judged.exit_code == exit_code
    assert "compliance-level-2: " in judged.stdout
    assert verdicts["summary"]["passed"] == 1 - exit_code
    assert verdicts["levels"]["compliance-level-2"]["failed"] == exit_code
    assert verdicts["files"][0]["file"] == "compliance-level-2/0001-sum/m-test-01.xml"


def test_a_folder_without_cases_is_wrong_use(onewindow: Command, tmp_path: Path) -> None:
    assert onewindow("conformance", "dmn", str(tmp_path)).exit_code == 2
