"""What a model names must exist where it is deployed: queues that somebody works in, and work that somebody does."""

from __future__ import annotations

import pytest

from engine.diagnostics import Diagnostic, ModelRefused, Severity
from tests.builders.a_model import a_process
from tests.builders.an_api import Api, an_api


def faults_of(api: Api, model: bytes) -> list[Diagnostic]:
    """Why a model is refused; nothing when it is deployed."""
    try:
        api.deploy_files({"p.bpmn": model})
    except ModelRefused as refused:
        return [one for one in refused.diagnostics if one.severity is Severity.error]
    return []


@pytest.mark.parametrize(
    ("queue", "remedy"),
    [
        pytest.param("city:clrek", "Write city:clerk.", id="misspelt"),
        pytest.param(
            "customs:appraiser",
            "Correct the name, or ask an operator to make an account a member of it.",
            id="unlike-any",
        ),
    ],
)
def test_a_queue_nobody_works_in_is_refused(api_on_both: Api, queue: str, remedy: str) -> None:
    (fault,) = faults_of(api_on_both, a_process("p").start().user_task("t", queue=queue).end().xml())

    assert (fault.rule, fault.element_id, fault.remedy) == ("unknown-queue", "t", remedy)


def test_a_queue_somebody_works_in_is_taken(api_on_both: Api) -> None:
    assert faults_of(api_on_both, a_process("p").start().user_task("t", queue="city:clerk").end().xml()) == []


def test_work_nobody_does_is_refused_and_the_remedy_names_the_setting(api_on_both: Api) -> None:
    (fault,) = faults_of(api_on_both, a_process("p").start().service_task("t", connector="print-card").end().xml())

    assert (fault.rule, fault.element_id) == ("unknown-connector", "t")
    assert "ONEWINDOW_EXTERNAL_JOB_TYPES" in fault.remedy


def test_work_of_programs_outside_is_deployed_and_waits_for_them(database_url: str) -> None:
    api = an_api(database_url, ONEWINDOW_EXTERNAL_JOB_TYPES="print-card")
    api.deploy_files({"p.bpmn": a_process("p").start().service_task("t", connector="print-card").end().xml()})
    api.post("/instances", "operator", {"process_id": "p"})

    assert "print-card" not in api.composed.registry
    fetched = api.post("/jobs/fetch", "operator", {"worker": "press-1", "type": "print-card"}).json
    assert [job["element_id"] for job in fetched["items"]] == ["t"]
    api.composed.database.close()
