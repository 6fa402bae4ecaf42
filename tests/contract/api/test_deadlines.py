"""Deadlines over the API: why they are what they are, extensions by supervisors, closures of agencies."""

from __future__ import annotations

import pytest

from engine.runtime.watch_terms import watch_terms
from tests.builders.a_public_procedure import AGENCY, a_passport, a_procedure
from tests.builders.an_api import Api

RULE = {"at_most": "P10D", "times": 1, "legal_basis": "art. 29"}
TERM = {"length": "P10D", "counting": "working-days", "silence": "refusal", "reminder": "P3D", "extension": RULE}
CLOSED = {"agency": AGENCY, "first_day": "2026-03-10", "last_day": "2026-03-11", "reason": "Move to a new building."}


@pytest.fixture
def permits(api_on_both: Api) -> Api:
    """A service with a term of ten working days, and one application of Monday, 2 March 2026."""
    api_on_both.deploy_files(
        {"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport(terms={"statutory": TERM})}
    )
    return api_on_both


def applied(api: Api) -> str:
    """The key of a new application."""
    return str(api.post("/applications", "citizen", {"service": "permit", "answers": {}}).json["id"])


def test_the_applicant_reads_each_day_and_why_it_counts(permits: Api) -> None:
    case = applied(permits)

    told = permits.get(f"/applications/{case}/deadline", "citizen", headers={"Accept-Language": "en"}).json

    assert (told["state"], told["length"], told["counting"]) == ("running", "P10D", "working-days")
    assert told["deadline_at"] == "2026-03-17T19:59:59Z"
    assert told["days"][0] == {
        "day": "2026-03-02",
        "why": "event",
        "counted": False,
        "number": None,
        "sentence": "2 March 2026: day of the event, not counted",
    }
    assert "9 March 2026: Women's Day (observed), not counted" in [day["sentence"] for day in told["days"]]
    assert told["days"][-1]["number"] == 10


@pytest.mark.parametrize("who", ["citizen", "clerk", "operator", "neighbour"])
def test_a_term_is_extended_by_a_supervisor_of_the_agency_alone(permits: Api, who: str) -> None:
    case = applied(permits)

    refused = permits.post(f"/applications/{case}/extend", who, {"length": "P5D", "reason": "An expert."})

    assert refused.status_code == 403


def test_an_extension_is_seen_with_its_reason_and_beyond_the_law_refused(permits: Api) -> None:
    case = applied(permits)
    command = {"length": "P5D", "reason": "An expert must be heard."}

    extended = permits.post(f"/applications/{case}/extend", "supervisor", command)
    again = permits.post(f"/applications/{case}/extend", "supervisor", command)
    told = permits.get(f"/applications/{case}/deadline", "citizen").json

    assert (extended.status_code, extended.json["deadline_at"]) == (200, "2026-04-02T19:59:59Z"), extended.text
    assert again.status_code == 409
    assert again.json["type"].endswith("extension-refused")
    assert [(one["length"], one["reason"]) for one in told["extensions"]] == [("P5D", "An expert must be heard.")]


@pytest.mark.parametrize("length", ["P11D", "5", "PT5H", "-P1D", "P1Y"])
def test_an_extension_that_cannot_be_is_refused_and_changes_nothing(permits: Api, length: str) -> None:
    case = applied(permits)

    refused = permits.post(f"/applications/{case}/extend", "supervisor", {"length": length, "reason": "An expert."})

    assert refused.status_code in (409, 422), refused.text
    assert refused.json["remedy"]
    assert permits.get(f"/applications/{case}", "citizen").json["deadline_at"] == "2026-03-17T19:59:59Z"


def test_a_closure_moves_running_deadlines_and_is_told_as_their_reason(permits: Api) -> None:
    case = applied(permits)

    made = permits.post("/closures", "supervisor", CLOSED)
    watch_terms(permits.runtime)
    told = permits.get(f"/applications/{case}/deadline", "citizen", headers={"Accept-Language": "en"}).json
    removed = permits.ask("DELETE", f"/closures/{made.json['id']}", "supervisor")
    watch_terms(permits.runtime)

    assert made.status_code == 201, made.text
    assert told["deadline_at"] == "2026-03-19T19:59:59Z"
    assert "10 March 2026: the agency is closed (Move to a new building.), not counted" in [
        day["sentence"] for day in told["days"]
    ]
    assert removed.status_code == 204
    assert permits.get("/closures?agency=city", "citizen").json == {"items": [], "next": None}
    assert permits.get(f"/applications/{case}", "citizen").json["deadline_at"] == "2026-03-17T19:59:59Z"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"last_day": "2026-03-09"}, 422, id="backwards"),
        pytest.param({"first_day": "10.03.2026"}, 422, id="no date"),
        pytest.param({"reason": ""}, 422, id="no reason"),
        pytest.param({"agency": "port"}, 403, id="another agency"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(permits: Api, change: dict[str, str], status: int) -> None:
    assert permits.post("/closures", "supervisor", {**CLOSED, **change}).status_code == status
    assert permits.get("/closures?agency=city", "supervisor").json == {"items": [], "next": None}


def test_strangers_learn_nothing_of_a_term(permits: Api) -> None:
    case = applied(permits)

    assert permits.get(f"/applications/{case}/deadline", "neighbour").status_code == 404
    assert permits.get("/applications/nothing/deadline", "citizen").status_code == 404
