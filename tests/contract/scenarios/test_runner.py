"""A scenario that is not as it says fails, at its line, with what was found; and nothing worse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from onewindow.scenarios import ScenarioReport, run_scenarios
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport

SHIPPED = Path(__file__).parents[3] / "processes" / "driving-licence"
HEAD = """title: A story
at: 2026-11-02T09:00:00+04:00
applicant: {name: Rəşad Əliyev, pin: 5FQ2K7M}
"""
APPLY = "  - apply: {kind: renewal, pin: 5FQ2K7M, delivery: unit, consent: true}\n"

Run = Callable[[str], ScenarioReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    procedure = tmp_path / "driving-licence"
    shutil.copytree(SHIPPED, procedure, ignore=shutil.ignore_patterns("scenarios"))
    (procedure / "scenarios").mkdir()
    shutil.copy(SHIPPED / "scenarios" / "partners.yaml", procedure / "scenarios")
    return procedure


@pytest.fixture
def run(folder: Path) -> Run:
    def run_text(text: str) -> ScenarioReport:
        (folder / "scenarios" / "story.yaml").write_text(text, encoding="utf-8")
        return run_scenarios(folder)

    return run_text


def failures(report: ScenarioReport) -> list[str]:
    return [str(each) for procedure in report.procedures for one in procedure.outcomes for each in one.failures]


def test_every_difference_is_told_with_its_line_and_what_was_found(run: Run) -> None:
    expected = """  - expect:
      state: decided
      milestone: issued
      tasks: [examine]
      queues: {decide: traffic-police:examiner}
      evidence: {identity: clerk}
      clock: stopped
      deadline: 2026-11-04
      outcome: granted
      reasons: [late]
      incidents: [decide]
      calls: {"population GET /persons/{pin}": 2}
      holds: [tariff.fee = 30]
"""
    report = run(f"{HEAD}steps:\n{APPLY}{expected}")
    told = failures(report)
    assert not report.passed
    assert len(told) == 12
    assert all(each.startswith("story.yaml:6: Expected") for each in told)
    assert "story.yaml:6: Expected open tasks examine, found decide." in told
    assert "story.yaml:6: Expected deadline '2026-11-04', found '2026-11-03'." in told


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        pytest.param("  - expect: {state: decided}\n", "There is no case yet", id="nothing-applied-for"),
        pytest.param(f"{APPLY}  - complete: fly\n", "Expected an open task 'fly', found decide", id="no-such-task"),
        pytest.param(
            f"{APPLY}  - complete: decide\n    answers: {{verdict: maybe}}\n", "/answers/verdict", id="answers-refused"
        ),
        pytest.param(
            f"{APPLY}  - complete: decide\n    by: health:medical-clerk\n", "There is no task", id="someone-elses-task"
        ),
        pytest.param(f"{APPLY}  - until: 2026-11-01T00:00:00+04:00\n", "is past", id="time-goes-back"),
        pytest.param(f"{APPLY}  - message: hello\n", "hello", id="nobody-waits-for-it"),
        pytest.param(
            "  - apply: {kind: renewal, pin: 5FQ2K7M, delivery: unit, consent: true}\n    refused: {/answers/pin: x}\n",
            "it was taken",
            id="taken-though-to-be-refused",
        ),
    ],
)
def test_a_step_that_cannot_be_done_ends_the_scenario_with_its_reason(run: Run, steps: str, told: str) -> None:
    found = failures(run(f"{HEAD}steps:\n{steps}"))
    assert len(found) == 1
    assert told in found[0]


def test_a_partner_nobody_wrote_becomes_an_incident_that_is_told(run: Run, folder: Path) -> None:
    (folder / "scenarios" / "partners.yaml").write_text("[]", encoding="utf-8")
    found = failures(run(f"{HEAD}steps:\n{APPLY}  - advance: PT5M\n  - expect: {{tasks: [decide]}}\n"))
    assert len(found) == 1
    assert "found check-certificate" in found[0]


def test_a_partner_that_is_down_for_one_call_is_asked_again(run: Run) -> None:
    partners = "partners:\n  - {register: medical, down: true, times: 1}\n"
    wait = "  - expect: {tasks: []}\n  - advance: PT1M\n  - expect: {tasks: [decide]}\n"
    assert failures(run(f"{HEAD}{partners}steps:\n{APPLY}{wait}")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("title: [", "no plain YAML", id="not-yaml"),
        pytest.param("title: &a x\nat: *a\n", "aliases", id="alias"),
        pytest.param("title: x\ntitle: y\n", "twice", id="name-twice"),
        pytest.param(f"{HEAD}steps:\n  - dance: true\n", "/steps/0", id="unknown-step"),
        pytest.param(f"{HEAD}steps:\n  - expect: {{mood: good}}\n", "/steps/0/expect/mood", id="unknown-expectation"),
        pytest.param("title: x\nat: tomorrow\nsteps: []\n", "/at", id="no-moment"),
        pytest.param(f"{HEAD}partners:\n  - {{register: driver}}\nsteps: []\n", "/partners/0", id="no-answer"),
        pytest.param(f"{HEAD}steps: 5\n", "/steps", id="steps-are-no-list"),
    ],
)
def test_a_file_that_is_no_scenario_fails_by_itself(run: Run, text: str, told: str) -> None:
    (found,) = failures(run(text))
    assert told in found


def test_a_procedure_that_cannot_be_deployed_fails_with_its_faults(run: Run, folder: Path) -> None:
    (folder / "forms" / "decide.form").unlink()
    assert any("decide" in told for told in failures(run(f"{HEAD}steps:\n{APPLY}")))


def test_a_folder_without_scenarios_does_not_pass(folder: Path) -> None:
    report = run_scenarios(folder)
    assert not report.passed
    assert "no scenario" in report.procedures[0].faults[0]


def test_coverage_names_what_no_scenario_passed(run: Run) -> None:
    report = run(f"{HEAD}steps:\n{APPLY}  - withdraw: true\n")
    (coverage,) = report.procedures[0].coverage
    assert "application-withdrawn" not in coverage.missing_ends
    assert "licence-issued" in coverage.missing_ends
    assert "check-certificate" in coverage.missing
    assert 0 < coverage.share < 1
    assert any("ends never reached" in line for line in report.lines())


def test_the_report_is_plain_json(run: Run) -> None:
    found = run(f"{HEAD}steps:\n{APPLY}  - expect: {{state: decided}}\n").to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["passed"] is False
    (scenario,) = found["procedures"][0]["scenarios"]
    assert scenario["failures"][0]["line"] == 6


def test_clerks_step_in_where_the_model_wants_different_people(tmp_path: Path) -> None:
    process = a_process("permit").start().user_task("check", queue="city:clerk")
    process.user_task("approve", queue="city:clerk", properties={"notSameAs": "check"})
    files = {
        "permit.bpmn": process.end(properties={"outcome": "granted"}).xml(),
        "service.yaml": a_passport(evidence={}, milestones={}),
    }
    (tmp_path / "permit" / "scenarios").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "permit" / name).write_bytes(content)
    story = HEAD + "steps:\n  - apply: {}\n  - complete: check\n"
    (tmp_path / "permit" / "scenarios" / "any.yaml").write_text(story + "  - complete: approve\n", encoding="utf-8")
    assert failures(run_scenarios(tmp_path / "permit")) == []

    said = story + "  - complete: approve\n    by: city:clerk\n"
    (tmp_path / "permit" / "scenarios" / "any.yaml").write_text(said, encoding="utf-8")
    (told,) = failures(run_scenarios(tmp_path / "permit"))
    assert "is not done by who did 'check' in this case" in told
