"""A case as programs outside are told of it: from submission to decision, by number and keys, never by person."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from engine.casework.event import data_schema
from engine.casework.event_kinds import KINDS, PREFIX
from engine.runtime.apply import apply
from tests.builders.a_public_procedure import CLERKS, a_passport, a_procedure
from tests.builders.a_runtime import Running
from tests.builders.a_subscriber import SubscriberAt, a_subscriber, subscribe_to, tell
from tests.builders.an_actor import a_citizen, an_actor

APPLICANT, CLERK = a_citizen(), an_actor(CLERKS)


def decide_a_case(running: Running, it: SubscriberAt) -> str:
    """The number of a case that a clerk returned once and then granted."""
    running.deploy(a_procedure(), service_yaml=a_passport())
    subscribe_to(running.runtime, it.url, agency="city", service="permit")
    subscribe_to(running.runtime, it.url, agency="village")
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    running.complete(case.instance_id, "check", by=CLERK, verdict="return", note="planted-marker")
    running.complete(case.instance_id, "correct", by=APPLICANT)
    running.complete(case.instance_id, "check", by=CLERK, verdict="grant")
    tell(running)
    return str(case.number)


def test_a_case_is_told_from_submission_to_decision(running: Running) -> None:
    with a_subscriber() as it:
        number = decide_a_case(running, it)

    of_case = [one for one in it.types if not one.startswith(("task.", "instance."))]
    assert of_case[:2] == ["case.submitted", "case.milestone-reached"]
    assert of_case[-2:] == ["case.status-changed", "case.decided"]
    assert {"deadline.clock-stopped", "deadline.clock-resumed"} <= set(of_case)
    assert {(one["data"]["case_number"], one["data"]["agency"], one["data"]["service"]) for one in it.taken} == {
        (number, "city", "permit")
    }
    assert [one["data"]["outcome"] for one in it.taken if one["type"] == "onewindow.case.decided"] == ["granted"]


def test_every_event_of_a_case_meets_its_schema_and_names_nobody(running: Running) -> None:
    with a_subscriber() as it:
        decide_a_case(running, it)

    for one in it.taken:
        Draft202012Validator(data_schema(KINDS[one["type"].removeprefix(PREFIX)])).validate(one["data"])
    told = json.dumps(it.taken)
    personal = (APPLICANT.name, str(APPLICANT.pin), APPLICANT.account, "planted-marker")
    assert [one for one in personal if one in told] == []
