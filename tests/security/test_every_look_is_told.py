"""Every look at personal data is an entry: every route is walked by everybody who may call it.

Whatever tells of the citizen (what she wrote, her PIN, her name) to somebody else must have noted it in the transaction
that read it, and she reads it at once. A route that notes nothing stands in `REASONS` with why; a new one without a
reason fails here. When the journal cannot be written nobody is shown anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from door.access import roles_of, rule_of
from engine.casework.look import LookKind
from engine.store.queries.accounts import actor_of
from engine.store.rows import table_of
from engine.store.tables.journal import JournalEntry
from onewindow import accounts
from tests.builders.a_busy_city import CANARY, PIN, BusyCity
from tests.security.test_isolation import ask, routes

OTHERS = ("clerk", "colleague", "supervisor", "operator", "analyst", "administrator", "son")
"""Who is asked in the name of; the son acts for the citizen under a mandate."""
_ENTRY = table_of(JournalEntry)

OWN = "only the caller's own"
MODELS = "models, rules, settings and figures: no person"
OFFICIALS = "officials in their office, for those who arrange their work"
WORK = "work to be done: case number, service, step; no name, no answer"
TECHNICAL = "what failed where, by keys and codes; no value of a case (tests/security/test_canaries.py)"
SEALED = "noted in the chain `silences`, which no person is shown (tests/contract/api/test_silences.py)"
VERIFIED = "what anyone reads who holds the document or its code"
PARTIES = "mandates."
"""Tell of her to whom she gave a mandate, which both of them accepted."""
REASONS = {
    OWN: {
        "consents.list_asked", "inbox.calendar", "inbox.list_own", "inbox.show", "mandates.list_own",
        "me.count_accesses", "me.list_accesses", "me.list_factors", "me.list_sessions", "me.list_tokens", "me.show",
        "me.list_exports", "me.show_access", "me.show_contact", "me.show_export", "me.take_json", "me.take_pdf",
        "services.show_prefill", "session.begin_at_provider",
        "session.come_back_from_provider",
    },
    MODELS: {
        "agencies.list_agencies", "agencies.show", "closures.list_closures", "connectors.list_element_templates",
        "decisions.list_decisions", "deployments.list_deployments", "documentation.docs", "documentation.openapi",
        "events.list_types", "events.read_schema", "forms.show", "partners.list_partners", "payments.revenue",
        "process-definitions.list_definitions", "process-definitions.show", "process-definitions.xml",
        "seals.get_seal", "seals.list_seals", "seals.prove_consistency", "services.form", "services.list_services",
        "services.show", "session.list_providers",
    },
    SEALED: {"silences.list_looks", "silences.list_silences"},
    OFFICIALS: {"agencies.absences", "agencies.deputies", "agencies.members", "cases.list_openings"},
    WORK: {"instances.list_instances", "instances.show"},
    TECHNICAL: {
        "incidents.list_incidents", "jobs.list_exchanges", "jobs.list_jobs", "payments.come_back",
        "webhook-subscriptions.list_deliveries", "webhook-subscriptions.list_subscriptions",
        "webhook-subscriptions.read", "webhook-subscriptions.read_delivery",
    },
    VERIFIED: {"verify.by_code"},
}  # fmt: skip
"""Why a route that answers notes nothing."""


@pytest.fixture(scope="module")
def watched(city: BusyCity) -> BusyCity:
    """The city, where the son accepted the mandate of the citizen."""
    api = city.api
    database, now = api.composed.database, api.clock.now()
    _, api.tokens["son"] = accounts.create_token(database, "son", "tests", timedelta(days=30), now)
    api.keys["son"] = next(
        one["holder"] for one in api.get("/mandates", "citizen").json["items"] if one["state"] == "offered"
    )
    assert api.post(f"/mandates/{city.places['mandate_id']}/accept", "son").status_code == 200
    return city


def entries_by(city: BusyCity, who: str) -> int:
    """How many looks of somebody stand in the journal."""
    kinds = [str(kind) for kind in LookKind]
    statement = select(func.count()).where(_ENTRY.c.actor == city.api.keys[who], _ENTRY.c.action.in_(kinds))
    with city.api.composed.database.read() as connection:
        return int(connection.execute(statement).scalar_one())


def tells_of_her(answer: TestResponse) -> bool:
    """Whether an answer holds what the citizen wrote, her PIN, or her name."""
    said = answer.get_data(as_text=True)
    return answer.status_code < 400 and any(one in said for one in (CANARY, PIN, '"Citizen"'))


def walk(city: BusyCity) -> Iterator[tuple[Route, str, TestResponse]]:
    """Every route that only reads, asked by all others who pass its door; what was answered."""
    api = city.api
    for route in api.app.url_map.iter_rules():
        marked = rule_of(api.app.view_functions[route.endpoint])
        assert marked is not None
        if "GET" not in (route.methods or set()) or not route.rule.startswith("/api/v1/"):
            continue
        for places in _places(city, route):
            for who in OTHERS:
                if marked.roles is None or marked.roles & _roles(city, who):
                    yield route, who, ask(api, "GET", route, places, who)
                    if route.rule == "/api/v1/attachments":
                        path = f"/attachments?application={city.places['case_id']}"
                        yield route, who, api.get(path, who)


def test_a_route_notes_every_look_or_says_why_it_need_not(watched: BusyCity) -> None:
    noting: set[str] = set()
    untold: list[Any] = []
    walked: set[str] = set()
    before = dict.fromkeys(OTHERS, 0)
    for who in OTHERS:
        before[who] = entries_by(watched, who)
    for route, who, answer in walk(watched):
        walked.add(route.endpoint)
        now = entries_by(watched, who)
        if now > before[who]:
            noting.add(route.endpoint)
        elif tells_of_her(answer) and not route.endpoint.startswith(PARTIES):
            untold.append((route.rule, who, answer.get_data(as_text=True)[:300]))
        before[who] = now

    silent = walked - noting - SILENT_HERE
    excused = set().union(*REASONS.values())
    assert untold == []
    assert silent - excused == set(), "Note the look (engine.runtime.look), or say here why there is none."
    assert excused - walked == set(), "A reason without its route."
    assert excused & noting == set(), "A reason, and it notes."
    assert {"tasks.show", "applications.track", "documents.content", "attachments.content", "payments.list_payments",
            "instances.variables", "accounts.list_sessions_of", "tasks.list_tasks"} <= noting  # fmt: skip


SILENT_HERE = {"records.package"}
"""Noted, but not reached in the walk: the case is not archived (tests/contract/retention)."""


def test_she_reads_every_look_at_once(watched: BusyCity) -> None:
    for who in OTHERS:
        watched.api.get(f"/tasks/{watched.places['task_id']}", who)
        watched.api.get(f"/applications/{watched.places['case_id']}", who)
    journaled = sum(entries_by(watched, who) for who in OTHERS)

    shown: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = watched.api.get(f"/me/accesses?limit=100{cursor}", "citizen").json
        shown += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    of_others = [one for one in shown if one["kind"] != "register.asked"]
    keys = {watched.api.keys[who] for who in OTHERS}
    # looks at others than her (an instance that no case stands behind, another account) are not hers to read
    assert len(of_others) == journaled - _of_nobody(watched, keys)
    assert {one["ground"] for one in of_others} == {"task", "supervision", "operation", "modelling", "mandate"}
    assert all(one["sentence"] and one["at"] for one in shown)
    assert not any(key in str(shown) for key in keys)


def test_no_entry_no_data(watched: BusyCity) -> None:
    api = watched.api
    shown = []
    with a_journal_that_fails(watched):
        for route, who, answer in walk(watched):
            if tells_of_her(answer) and not route.endpoint.startswith(PARTIES):
                shown.append((route.rule, who))
        refused = api.get(f"/tasks/{watched.places['task_id']}", "clerk")

    assert shown == []
    assert refused.status_code >= 400
    assert CANARY not in refused.text


def test_what_changes_something_tells_of_her_only_with_an_entry(watched: BusyCity) -> None:
    untold = []
    for method, route in sorted(routes(watched.api), key=lambda one: "complete" in one[1].rule):
        if method not in ("POST", "PUT") or "{" in route.rule:
            continue
        marked = rule_of(watched.api.app.view_functions[route.endpoint])
        assert marked is not None
        for who in OTHERS:
            if marked.roles is None or not marked.roles & _roles(watched, who):
                continue
            before = entries_by(watched, who)
            for places in _places(watched, route):
                answer = ask(watched.api, method, route, places, who)
                if route.endpoint.startswith(PARTIES):
                    continue
                if tells_of_her(answer) and entries_by(watched, who) == before:
                    untold.append((method, route.rule, who, answer.get_data(as_text=True)[:300]))

    assert untold == []


@contextmanager
def a_journal_that_fails(city: BusyCity) -> Iterator[None]:
    """Nothing can be written to the journal."""
    with city.api.composed.database.work() as work:
        work.reading.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'no room'); END")
        )
    try:
        yield
    finally:
        with city.api.composed.database.work() as work:
            work.reading.execute(text("DROP TRIGGER full"))


def _places(city: BusyCity, route: Route) -> Iterator[dict[str, str]]:
    if not route.arguments <= city.places.keys():
        return
    places = {name: city.places[name] for name in route.arguments}
    yield places
    if "task_id" in places:
        yield {**places, "task_id": city.own_task}
    if "instance_id" in places:
        yield {**places, "instance_id": city.places["task_id"].partition("-")[0]}


def _roles(city: BusyCity, who: str) -> Any:
    with city.api.composed.database.read() as connection:
        return roles_of(actor_of(connection, city.api.keys[who], city.api.clock.now()))


def _of_nobody(city: BusyCity, keys: set[str]) -> int:
    """Looks in chains that are neither of her cases nor of her account."""
    kinds = [str(kind) for kind in LookKind]
    statement = select(_ENTRY.c.chain).where(_ENTRY.c.actor.in_(sorted(keys)), _ENTRY.c.action.in_(kinds))
    hers = {f"readings-{city.places['case_id']}", f"readings-{city.api.keys['citizen']}"}
    with city.api.composed.database.read() as connection:
        return sum(row.chain not in hers for row in connection.execute(statement))
