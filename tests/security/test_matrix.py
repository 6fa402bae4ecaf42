"""Every cell of the matrix, over the API: whoever may not is refused as the cell says, whoever may is let through.

What is allowed is rehearsed: the use case runs to its end and is taken back instead of committed, so that one cell
changes nothing for the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from api.wiring import EXTENSION
from door.access import rule_of
from engine.casework.policy import Action
from engine.casework.policy.matrix import NOTHING, STANDINGS, YES, cell, rows, table, things_of
from engine.errors import Unavailable
from engine.identity import QueueName, new_key
from onewindow import accounts
from onewindow.accounts import Duties
from tests.builders.a_busy_city import BusyCity
from tests.builders.a_deputy import a_deputyship, a_mandate
from tests.builders.an_api import Api

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
WHO = {
    "nobody known": None,
    "citizen, hers": "citizen",
    "citizen, mandate": "daughter",
    "citizen, another's": "neighbour",
    "clerk, her queue": "clerk",
    "clerk, holds it": "colleague",
    "clerk, is offered it": "asked",
    "clerk, deputy": "deputy",
    "clerk, other queue": "archivist",
    "clerk, opened it": "registrar",
    "clerk, other agency": "outsider",
    "supervisor, agency": "supervisor",
    "supervisor, other": "rival",
    "administrator, agency": "administrator",
    "administrator, other": "stranger",
    "analyst": "analyst",
    "operator": "operator",
}
"""An account for each column."""
WITHOUT_ROUTE = frozenset(
    {Action.belong_to_agency, Action.change_variables, Action.enter_mandate, Action.add_company, Action.read_figures}
    | {Action.refer_to_environment, Action.read_variables}
)
"""Actions inside of others, or of the command line: no route names them."""
OWNED = frozenset(
    {"case_id", "attachment_id", "document_id", "notice_id", "payment_id", "task_id", "mandate_id", "prefill_id"}
    | {"case_number", "consent_id", "hold_id", "subscription_id", "closure_id", "absence_id", "deputyship_id", "agency"}
)
"""Parameters that say which thing it is."""
OF_BODY = frozenset({"POST /api/v1/closures", "POST /api/v1/webhook-subscriptions"})
"""Routes whose body says which agency it is about."""
OF_OTHERS = frozenset({"session_id", "token_id", "factor_id", "access_id", "export_id"})
"""One's own alone, whoever one is: `test_a_stranger_with_the_real_id_gets_what_is_got_with_an_invented_one`."""
NOT_THERE = ("/package", "/calendar", "<key:event_id>", "/retry", "/skip", "/oidc/<name:provider>/callback")
"""A live case has no package, a notice without an appointment no calendar file, a fresh subscription no deliveries, and
nobody comes back from a provider without having gone there."""
NAMES = {"az": "Şəhər", "en": "City", "ru": "Город"}
WEBHOOK = {"name": "Registry", "url": "https://registry.example.gov/hook", "types": ["onewindow.*"], "agency": "city"}
TIME = {"from_at": "2026-09-01T05:00:00Z", "until_at": "2026-09-09T05:00:00Z"}
_A = "/api/v1/agencies/<name:agency>"
_W = "/api/v1/webhook-subscriptions"
BODIES: dict[str, Any] = {
    "/api/v1/tasks/<task:task_id>/complete": {"answers": {"complete": True}},
    "/api/v1/tasks/<task:task_id>/draft": {"answers": {"complete": True}},
    "/api/v1/tasks/<task:task_id>/assign": {"account": "{colleague}"},
    "/api/v1/tasks/<task:task_id>/delegate": {"account": "{clerk}"},
    "/api/v1/applications/<key:case_id>/extend": {"length": "P5D", "reason": "An expert."},
    "/api/v1/records/<key:case_id>/holds": {"reason": "court"},
    "/api/v1/records/<key:case_id>/holds/<key:hold_id>/release": {"reason": "over"},
    "/api/v1/documents/<key:document_id>/revoke": {"reason": "an error in it"},
    "/api/v1/payments/<key:payment_id>/refund": {"reason": "not needed"},
    "/api/v1/cases/<name:case_number>/openings": {"reason": "A court asks for the date of it."},
    "/api/v1/cases/<name:case_number>/openings/<key:opening_id>/review": {"verdict": "confirmed"},
    "/api/v1/closures": {"agency": "city", "first_day": "2026-12-21", "last_day": "2026-12-22", "reason": "Move."},
    _W: WEBHOOK,
    f"{_W}/<key:subscription_id>": WEBHOOK,
    f"{_W}/<key:subscription_id>/replay": {"since": "2026-03-01T00:00:00Z"},
    _A: {"names": NAMES},
    f"{_A}/units/<name:unit>": {"names": NAMES},
    f"{_A}/roles/<name:role>": {"names": NAMES},
    f"{_A}/administrators": {"account": "neighbour"},
    f"{_A}/members": {"account": "neighbour"},
    f"{_A}/members/<key:account>": {"roles": ["no-such-role"]},
    f"{_A}/absences": {"account": "clerk", "kind": "leave", **TIME},
    f"{_A}/deputies": {"absent": "clerk", "deputy": "colleague"},
}
"""Bodies that would change something, were the caller the right one."""


class Rehearsed(Unavailable):
    """The use case ran to its end; it is taken back."""

    code = "rehearsed"


@pytest.fixture(scope="module")
def stage(city: BusyCity) -> BusyCity:
    """The city with somebody for each column; a clerk holds the task, and has offered it to another."""
    api = city.api
    now, database = api.clock.now(), api.composed.database
    queues = {"asked": "city:clerk", "deputy": "city:archive", "archivist": "city:archive"}
    for name, queue in queues.items():
        _account(api, name, Duties(queues=frozenset({QueueName.parse(queue)})))
    _account(api, "daughter", Duties(citizen=True))
    _account(api, "rival", Duties(supervises=frozenset({"elsewhere"})))
    _account(api, "stranger", Duties())
    made = api.post("/webhook-subscriptions", "supervisor", WEBHOOK).json
    first_event = api.get("/events").json["items"][0]["schema"].removeprefix("events/")
    with database.work() as work:
        work.accounts.grant(api.keys["stranger"], administers=["elsewhere"])
        mandate = a_mandate(api.keys["citizen"], api.keys["daughter"], "permit", from_at=now)
        work.mandates.add(mandate)
        deputyship = a_deputyship(
            api.keys["clerk"], api.keys["deputy"], "city:clerk", agency="city", from_at=now, while_absent=False
        )
        work.deputies.add(deputyship)
    task = city.places["task_id"]
    assert api.post(f"/tasks/{task}/claim", "colleague").status_code == 200
    assert api.post(f"/tasks/{task}/delegate", "colleague", {"account": api.keys["asked"]}).status_code == 200

    def rehearse(work: Any, result: Any) -> None:
        raise Rehearsed("This was a rehearsal.")

    wired = api.app.extensions[EXTENSION]
    api.app.extensions[EXTENSION] = replace(wired, runtime=replace(wired.runtime, before_commit=rehearse))
    found = {"subscription_id": made["id"], "event_name": first_event, "deputyship_id": deputyship.id}
    return replace(city, places={**city.places, **found})


def test_the_matrix_on_the_page_is_that_of_the_rules() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "run: onewindow policy --write docs/security.md"


def test_every_route_does_an_action_and_every_action_has_its_routes(stage: BusyCity) -> None:
    done = {action for _, _, action in routes(stage.api)}

    assert done == set(Action) - WITHOUT_ROUTE
    assert {(action, thing) for action, thing, _ in rows() if action not in WITHOUT_ROUTE} == {
        (action, thing) for _, _, action, thing, _ in attempts(stage)
    }


def test_every_cell_of_the_matrix_is_what_the_api_answers(stage: BusyCity) -> None:
    wrong, denied, allowed = [], 0, 0
    for standing in STANDINGS:
        who = WHO[standing.title]
        for method, rule, action, thing, places in attempts(stage):
            expected = cell(action, thing, standing)
            if expected == YES and method == "DELETE" and thing == NOTHING:
                continue  # nothing to rehearse with: it ends sessions of the tests
            if expected == YES and action is Action.keep_silences:
                continue  # of all clerks only members of the authority, after a second factor: test_silences.py
            answer = ask(stage.api, method, rule, places, who)
            if _told(answer) != expected and not (expected == YES and rule.rule.endswith(NOT_THERE)):
                wrong.append(f"{method} {rule.rule} ({thing}) by {standing.title}: {expected}, {answer.text[:200]}")
            denied += expected != YES
            allowed += expected == YES

    assert not wrong, "\n".join(wrong)
    assert (denied > 1_000, allowed > 500) == (True, True)


def routes(api: Api) -> Iterator[tuple[str, Route, Action]]:
    """Every route with its method and the action it does."""
    for rule in api.app.url_map.iter_rules():
        marked = rule_of(api.app.view_functions[rule.endpoint])
        assert marked is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule, marked.action


def attempts(city: BusyCity) -> Iterator[tuple[str, Route, Action, str, dict[str, str]]]:
    """Every route with each thing that its action is tried on, and where that lies."""
    for method, rule, action in routes(city.api):
        if rule.arguments & OF_OTHERS:
            continue
        places = {name: city.places.get(name, "docs.css") for name in rule.arguments}
        if not rule.arguments & OWNED and f"{method} {rule.rule}" not in OF_BODY:
            if things_of(action) == [NOTHING]:
                yield method, rule, action, NOTHING, places
            continue
        for thing in things_of(action):
            if thing == "a task of a person":
                yield method, rule, action, thing, {**places, "task_id": city.own_task}
            else:
                yield method, rule, action, thing, places


def ask(api: Api, method: str, rule: Route, places: dict[str, str], who: str | None) -> TestResponse:
    """Ask for a route, with a body that it would take."""
    path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: places[found[1]], rule.rule)
    body = {
        name: value.format(**api.keys) if isinstance(value, str) and value.startswith("{") else value
        for name, value in BODIES.get(rule.rule, {}).items()
    }
    said: dict[str, Any] = {"json": body} if method in ("POST", "PUT") else {}
    if method == "PATCH":
        said = {"data": b"x", "headers": {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}}
    if method == "PUT":
        said["headers"] = {"If-Match": '"1"'}
    if who is not None:
        said["headers"] = {**said.get("headers", {}), "Authorization": f"Bearer {api.tokens[who]}"}
    answer = api.client.open(path, method=method, **said)
    answer.get_data()
    answer.close()
    return answer


def _told(answer: TestResponse) -> str:
    """`yes` for all but a refusal by the rules; a second factor that is wanted besides is none."""
    if answer.status_code not in (401, 403, 404):
        return YES
    kind = str((answer.get_json(silent=True, force=True) or {}).get("type", ""))
    is_asked_for_proof = kind.endswith(("step-up-needed", "wrong-signature", "not-yours-to-accept"))
    return YES if is_asked_for_proof else str(answer.status_code)


def _account(api: Api, name: str, duties: Duties) -> None:
    now, database = api.clock.now(), api.composed.database
    api.keys[name] = accounts.add_account(database, name, name.title(), None, duties, now, None)
    _, api.tokens[name] = accounts.create_token(database, name, new_key(), timedelta(days=30), now)
