"""Two accounts hammer each other's ids: every route with an id in its address, asked by everybody it does not concern.

The table of `tests/contract/api/test_access.py` says which roles pass the door; here everybody has the role, and the
ids are real. What belongs to somebody else is 404, as if it were not there, and nothing of it is told or changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from door.access import rule_of
from engine.identity import CaseNumber, new_key
from engine.store.tables import metadata
from onewindow import accounts
from onewindow.accounts import Duties
from tests.builders.a_busy_city import CANARY, PIN, BusyCity
from tests.builders.an_api import Api

STRANGERS = ("neighbour", "outsider", "rival")
"""Another citizen; a clerk, and a supervisor, of another agency."""
PRIVATE = frozenset(
    {"case_id", "attachment_id", "document_id", "notice_id", "payment_id", "task_id", "hold_id", "session_id"}
    | {"mandate_id", "prefill_id", "consent_id", "token_id", "access_id", "case_number", "opening_id", "export_id"}
)
"""Parameters whose existence itself is private."""
PUBLIC = frozenset(
    {"key", "form_id", "decision_id", "event_name", "number", "code", "definition_id", "name", "provider"}
) | {
    "agency",
    "unit",
    "role",
}
"""What is no person's: services, agencies, forms, rules, models, seals, and codes that whoever holds them has."""
OF_AGENCY = frozenset(
    {"subscription_id", "event_id", "closure_id", "absence_id", "deputyship_id", "account", "silence_id"}
)
"""What belongs to an agency, or to operators alone."""
OF_OPERATORS = frozenset({"instance_id", "job_id", "incident_id", "account_id"})
"""Roles stop everybody else at the door."""
OF_SESSIONS = frozenset({"factor_id"})
"""No token reaches them: `test_a_token_proves_no_person`."""


def routes(api: Api) -> Iterator[tuple[str, Route]]:
    """Every route with an id in its address, with its method."""
    for rule in api.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.arguments:
                yield method, rule


@pytest.fixture(scope="module")
def rivals(city: BusyCity) -> BusyCity:
    """The city, with a supervisor of another agency."""
    api = city.api
    database, now = api.composed.database, api.clock.now()
    accounts.add_account(database, "rival", "Rival", None, Duties(supervises=frozenset({"elsewhere"})), now, None)
    _, api.tokens["rival"] = accounts.create_token(database, "rival", "tests", timedelta(days=30), now)
    return city


def test_every_parameter_of_an_address_is_said_to_be_somebodys_or_nobodys(city: BusyCity) -> None:
    named = {name for _, rule in routes(city.api) for name in rule.arguments}

    assert named == PRIVATE | PUBLIC | OF_AGENCY | OF_OPERATORS | OF_SESSIONS


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_with_the_real_id_gets_what_is_got_with_an_invented_one(rivals: BusyCity, who: str) -> None:
    before = whole_database(rivals.api)
    wrong = []
    tried = 0
    for method, rule in routes(rivals.api):
        if not _is_of_somebody(rule):
            continue
        for places in _owned(rivals, rule):
            real = ask(rivals.api, method, rule, places, who)
            unknown = {name: place if name in PUBLIC else _invented(name) for name, place in places.items()}
            invented = ask(rivals.api, method, rule, unknown, who)
            tried += 1
            if _told(real) != _told(invented) or real.status_code not in (403, 404, 412, 422, 428):
                wrong.append((method, rule.rule, real.status_code, invented.status_code, real.text[:200]))
            if leaks(real, rivals):
                wrong.append((method, rule.rule, "leaks", real.text[:200]))

    assert wrong == []
    assert tried > 30
    assert whole_database(rivals.api) == before


def test_who_may_neither_read_nor_know_is_answered_404_or_turned_away_by_role(rivals: BusyCity) -> None:
    answers = {
        (method, rule.rule, who): ask(rivals.api, method, rule, places, who)
        for method, rule in routes(rivals.api)
        if _is_of_somebody(rule)
        for places in _owned(rivals, rule)
        for who in ("analyst", *STRANGERS)
        if method == "GET"
    }

    assert {asked: one.status_code for asked, one in answers.items() if one.status_code not in (403, 404)} == {}
    assert any(one.status_code == 404 for one in answers.values())


def test_the_owner_reads_all_of_it_so_that_the_refusals_mean_something(city: BusyCity) -> None:
    for method, rule in routes(city.api):
        marked = rule_of(city.api.app.view_functions[rule.endpoint])
        if (
            method != "GET"
            or marked is None
            or marked.roles is None
            or not rule.arguments <= PRIVATE | PUBLIC
            or not rule.arguments & PRIVATE
        ):
            continue
        answers = [
            ask(city.api, method, rule, places, who).status_code
            for places in _owned(city, rule)
            for who in ("citizen", "clerk", "supervisor")
        ]
        # a live case has no package yet, and no calendar file stands in a notice without an appointment
        assert 200 in answers or rule.rule.endswith(("/package", "/calendar")), rule.rule


def test_lists_of_strangers_hold_nothing_of_the_case(rivals: BusyCity) -> None:
    for rule in rivals.api.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments or not rule.rule.startswith("/api/v1/"):
            continue
        for who in STRANGERS:
            for query in ("", "?agency=city", f"?application={rivals.places['case_id']}", "?queue=city:clerk"):
                answer = rivals.api.get(rule.rule.removeprefix("/api/v1") + query, who)
                assert not leaks(answer, rivals), (rule.rule, who, query)


def ask(api: Api, method: str, rule: Route, places: dict[str, str], who: str) -> TestResponse:
    """Ask for a route with these ids, with an empty body where there may be one."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: places[found[1]], rule.rule)
    said: dict[str, Any] = {"json": BODIES.get(rule.rule, {})} if method in ("POST", "PUT") else {}
    if method == "PATCH":
        said = {"data": b"x", "headers": {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}}
    if method == "PUT":
        said["headers"] = {"If-Match": '"1"'}
    return api.ask(method, path.removeprefix("/api/v1"), who, **said)


BODIES = {
    "/api/v1/tasks/<task:task_id>/complete": {"answers": {"complete": True}},
    "/api/v1/tasks/<task:task_id>/draft": {"answers": {"complete": True}},
    "/api/v1/applications/<key:case_id>/withdraw": {"reason": "no longer needed"},
    "/api/v1/applications/<key:case_id>/extend": {"length": "P5D", "reason": "An expert."},
    "/api/v1/records/<key:case_id>/holds": {"reason": "court"},
    "/api/v1/records/<key:case_id>/holds/<key:hold_id>/release": {"reason": "over"},
    "/api/v1/documents/<key:document_id>/revoke": {"reason": "an error in it"},
    "/api/v1/payments/<key:payment_id>/refund": {"reason": "not needed"},
    "/api/v1/cases/<name:case_number>/openings": {"reason": "A neighbour asks how far it is."},
    "/api/v1/cases/<name:case_number>/openings/<key:opening_id>/review": {"verdict": "confirmed"},
}
"""Bodies that would change something, were the caller the right one."""


def leaks(answer: TestResponse, city: BusyCity) -> bool:
    """Whether an answer tells something of the citizen or her case."""
    hidden = {CANARY, PIN, *(city.places[name] for name in PRIVATE)}
    said = answer.get_data(as_text=True)
    # a problem names the id that was asked for: the asker knew it
    return answer.status_code < 400 and any(one in said for one in hidden)


def whole_database(api: Api) -> str:
    """All rows but those that say when a token was last used."""
    with api.composed.database.read() as connection:
        return "\n".join(
            str(sorted(map(str, connection.execute(select(table)).all())))
            for table in metadata.sorted_tables
            if table.name not in ("api_token", "token", "idempotency")
        )


def _owned(city: BusyCity, rule: Route) -> Iterator[dict[str, str]]:
    places = {name: city.places[name] for name in rule.arguments}
    yield places
    if "task_id" in places:
        yield {**places, "task_id": city.own_task}


def _is_of_somebody(rule: Route) -> bool:
    """Whether an address leads to what is a person's or an agency's."""
    return bool(rule.arguments & (PRIVATE | OF_AGENCY)) and rule.arguments <= PRIVATE | OF_AGENCY | PUBLIC


def _told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str((answer.get_json(silent=True, force=True) or {}).get("type", ""))


def _invented(name: str) -> str:
    if name == "case_number":
        return str(CaseNumber("AZ", 2026, 999_999))
    return f"{new_key()}-1" if name == "task_id" else "f" * 64 if name in ("access_id", "session_id") else new_key()
