"""Who may call what: every route, every role. The table below is the specification; a new route needs a row."""

from __future__ import annotations

import re

import pytest

from door.access import rule_of
from engine.casework.policy import Role
from tests.builders.an_api import Api

ALL = frozenset(Role)
PUBLIC = None
CITIZEN = frozenset({Role.citizen})
CLERK = frozenset({Role.clerk})
STAFF = frozenset({Role.clerk, Role.supervisor})
HOLDERS = CITIZEN | STAFF
ENGINE = frozenset({Role.analyst, Role.operator})
OPERATOR = frozenset({Role.operator})
MODELS = ENGINE | {Role.supervisor}
RULES = ENGINE | STAFF
KEEPERS = OPERATOR | {Role.supervisor}
ADMINISTRATOR = frozenset({Role.administrator})

WHO_MAY = {
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /api/v1/docs": PUBLIC,
    "GET /api/v1/docs/<any('docs.css', 'docs.js'):name>": PUBLIC,
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
    "GET /metrics": PUBLIC,
    "POST /api/v1/session": PUBLIC,
    "POST /api/v1/session/password": PUBLIC,
    "DELETE /api/v1/session": ALL,
    "POST /api/v1/token": PUBLIC,
    "GET /api/v1/session/providers": PUBLIC,
    "GET /api/v1/session/oidc/<name:provider>": PUBLIC,
    "GET /api/v1/session/oidc/<name:provider>/callback": PUBLIC,
    "POST /api/v1/session/oidc/<name:provider>/logout": PUBLIC,
    "GET /api/v1/me": ALL,
    "GET /api/v1/me/sessions": ALL,
    "POST /api/v1/session/second-factor": ALL,
    "POST /api/v1/session/second-factor/options": ALL,
    "DELETE /api/v1/me/sessions": ALL,
    "DELETE /api/v1/me/sessions/<name:session_id>": ALL,
    "PUT /api/v1/me/password": ALL,
    "GET /api/v1/me/second-factors": ALL,
    "POST /api/v1/me/second-factors/app": ALL,
    "POST /api/v1/me/second-factors/app/<key:factor_id>/confirm": ALL,
    "POST /api/v1/me/second-factors/passkey": ALL,
    "POST /api/v1/me/second-factors/passkey/options": ALL,
    "DELETE /api/v1/me/second-factors/<key:factor_id>": ALL,
    "POST /api/v1/me/recovery-codes": ALL,
    "GET /api/v1/me/accesses": ALL,
    "GET /api/v1/me/accesses/groups": ALL,
    "GET /api/v1/me/accesses/<name:access_id>": ALL,
    "POST /api/v1/me/accesses/<name:access_id>/complaint": CITIZEN,
    "GET /api/v1/me/exports": ALL,
    "POST /api/v1/me/exports": ALL,
    "GET /api/v1/me/exports/<key:export_id>": ALL,
    "GET /api/v1/me/exports/<key:export_id>/json": ALL,
    "GET /api/v1/me/exports/<key:export_id>/pdf": ALL,
    "GET /api/v1/silences": CLERK,
    "POST /api/v1/silences": CLERK,
    "POST /api/v1/silences/<key:silence_id>/lift": CLERK,
    "GET /api/v1/silences/<key:silence_id>/looks": CLERK,
    "GET /api/v1/me/tokens": ALL,
    "POST /api/v1/me/tokens": ALL,
    "DELETE /api/v1/me/tokens/<key:token_id>": ALL,
    "GET /api/v1/accounts/<key:account_id>/sessions": OPERATOR,
    "DELETE /api/v1/accounts/<key:account_id>/sessions": OPERATOR,
    "DELETE /api/v1/accounts/<key:account_id>/sessions/<name:session_id>": OPERATOR,
    "GET /api/v1/accounts/<key:account_id>/tokens": OPERATOR,
    "POST /api/v1/accounts/<key:account_id>/password-code": OPERATOR,
    "POST /api/v1/accounts/<key:account_id>/tokens": OPERATOR,
    "DELETE /api/v1/accounts/<key:account_id>/tokens/<key:token_id>": OPERATOR,
    "GET /api/v1/services": PUBLIC,
    "GET /api/v1/services/<name:key>": PUBLIC,
    "GET /api/v1/services/<name:key>/form": PUBLIC,
    "POST /api/v1/services/<name:key>/prefill": CITIZEN,
    "GET /api/v1/services/<name:key>/prefill/<key:prefill_id>": CITIZEN,
    "GET /api/v1/consents": CITIZEN,
    "POST /api/v1/consents": CITIZEN,
    "POST /api/v1/consents/<key:consent_id>/withdraw": CITIZEN,
    "GET /api/v1/forms/<name:form_id>": RULES,
    "POST /api/v1/applications": CITIZEN,
    "GET /api/v1/applications": CITIZEN,
    "GET /api/v1/applications/<key:case_id>": HOLDERS,
    "GET /api/v1/applications/<key:case_id>/evidence": HOLDERS,
    "GET /api/v1/applications/<key:case_id>/payments": CITIZEN | KEEPERS,
    "POST /api/v1/applications/<key:case_id>/withdraw": CITIZEN,
    "GET /api/v1/cases/openings": STAFF,
    "POST /api/v1/cases/<name:case_number>/openings": STAFF,
    "POST /api/v1/cases/<name:case_number>/openings/<key:opening_id>/review": frozenset({Role.supervisor}),
    "GET /api/v1/attachments": HOLDERS,
    "POST /api/v1/attachments": HOLDERS,
    "GET /api/v1/attachments/<key:attachment_id>": HOLDERS,
    "PATCH /api/v1/attachments/<key:attachment_id>": HOLDERS,
    "DELETE /api/v1/attachments/<key:attachment_id>": HOLDERS,
    "GET /api/v1/attachments/<key:attachment_id>/content": HOLDERS,
    "GET /api/v1/documents/<key:document_id>": HOLDERS,
    "GET /api/v1/documents/<key:document_id>/content": HOLDERS,
    "POST /api/v1/documents/<key:document_id>/revoke": frozenset({Role.supervisor}),
    "GET /api/v1/verify/<name:code>": PUBLIC,
    "POST /api/v1/verify": PUBLIC,
    "GET /api/v1/seals": PUBLIC,
    "GET /api/v1/seals/<int:number>": PUBLIC,
    "GET /api/v1/seals/<int:number>/consistency": PUBLIC,
    "GET /api/v1/payments": KEEPERS,
    "POST /api/v1/payments/callback": PUBLIC,
    "GET /api/v1/payments/return": PUBLIC,
    "POST /api/v1/payments/<key:payment_id>/refund": KEEPERS,
    "POST /api/v1/payments/reconcile": OPERATOR,
    "GET /api/v1/payments/revenue": KEEPERS,
    "GET /api/v1/tasks": HOLDERS,
    "GET /api/v1/tasks/<task:task_id>": HOLDERS,
    "POST /api/v1/tasks/<task:task_id>/claim": CLERK,
    "POST /api/v1/tasks/<task:task_id>/release": STAFF,
    "POST /api/v1/tasks/<task:task_id>/assign": frozenset({Role.supervisor}),
    "POST /api/v1/tasks/<task:task_id>/delegate": CLERK,
    "POST /api/v1/tasks/<task:task_id>/accept": CLERK,
    "POST /api/v1/tasks/<task:task_id>/decline": CLERK,
    "PUT /api/v1/tasks/<task:task_id>/draft": HOLDERS,
    "POST /api/v1/tasks/<task:task_id>/complete": HOLDERS,
    "GET /api/v1/applications/<key:case_id>/reasons": HOLDERS,
    "GET /api/v1/applications/<key:case_id>/deadline": HOLDERS,
    "POST /api/v1/applications/<key:case_id>/extend": frozenset({Role.supervisor}),
    "GET /api/v1/records/<key:case_id>/holds": frozenset({Role.supervisor}),
    "POST /api/v1/records/<key:case_id>/holds": frozenset({Role.supervisor}),
    "POST /api/v1/records/<key:case_id>/holds/<key:hold_id>/release": frozenset({Role.supervisor}),
    "GET /api/v1/records/<key:case_id>/package": frozenset({Role.supervisor}),
    "GET /api/v1/agencies": ALL,
    "POST /api/v1/agencies": OPERATOR,
    "GET /api/v1/agencies/<name:agency>": ALL,
    "PUT /api/v1/agencies/<name:agency>": ADMINISTRATOR | OPERATOR,
    "POST /api/v1/agencies/<name:agency>/administrators": OPERATOR,
    "DELETE /api/v1/agencies/<name:agency>/administrators/<key:account>": OPERATOR,
    "PUT /api/v1/agencies/<name:agency>/units/<name:unit>": ADMINISTRATOR,
    "DELETE /api/v1/agencies/<name:agency>/units/<name:unit>": ADMINISTRATOR,
    "PUT /api/v1/agencies/<name:agency>/roles/<name:role>": ADMINISTRATOR,
    "DELETE /api/v1/agencies/<name:agency>/roles/<name:role>": ADMINISTRATOR,
    "GET /api/v1/agencies/<name:agency>/members": ADMINISTRATOR | KEEPERS,
    "POST /api/v1/agencies/<name:agency>/members": ADMINISTRATOR,
    "PUT /api/v1/agencies/<name:agency>/members/<key:account>": ADMINISTRATOR,
    "DELETE /api/v1/agencies/<name:agency>/members/<key:account>": ADMINISTRATOR,
    "GET /api/v1/agencies/<name:agency>/absences": ADMINISTRATOR | STAFF,
    "POST /api/v1/agencies/<name:agency>/absences": ADMINISTRATOR | STAFF,
    "POST /api/v1/agencies/<name:agency>/absences/<key:absence_id>/end": ADMINISTRATOR | STAFF,
    "GET /api/v1/agencies/<name:agency>/deputies": ADMINISTRATOR | STAFF,
    "POST /api/v1/agencies/<name:agency>/deputies": ADMINISTRATOR | STAFF,
    "POST /api/v1/agencies/<name:agency>/deputies/<key:deputyship_id>/end": ADMINISTRATOR | STAFF,
    "GET /api/v1/mandates": CITIZEN | OPERATOR,
    "POST /api/v1/mandates": CITIZEN | OPERATOR,
    "POST /api/v1/mandates/<key:mandate_id>/accept": CITIZEN | OPERATOR,
    "POST /api/v1/mandates/<key:mandate_id>/decline": CITIZEN | OPERATOR,
    "POST /api/v1/mandates/<key:mandate_id>/revoke": CITIZEN | OPERATOR,
    "GET /api/v1/closures": ALL,
    "POST /api/v1/closures": KEEPERS,
    "DELETE /api/v1/closures/<key:closure_id>": KEEPERS,
    "GET /api/v1/applications/<key:case_id>/notices": HOLDERS,
    "GET /api/v1/inbox": ALL,
    "GET /api/v1/inbox/<key:notice_id>": ALL,
    "PUT /api/v1/inbox/<key:notice_id>/read": ALL,
    "GET /api/v1/inbox/<key:notice_id>/calendar": ALL,
    "POST /api/v1/notices/callback": PUBLIC,
    "GET /api/v1/me/contact": ALL,
    "PUT /api/v1/me/contact": ALL,
    "GET /api/v1/process-definitions": MODELS,
    "GET /api/v1/process-definitions/<key:definition_id>": MODELS,
    "GET /api/v1/process-definitions/<key:definition_id>/xml": MODELS,
    "POST /api/v1/deployments": frozenset({Role.analyst}),
    "GET /api/v1/deployments": ENGINE,
    "GET /api/v1/instances": ENGINE,
    "POST /api/v1/instances": ENGINE,
    "GET /api/v1/instances/<key:instance_id>": ENGINE,
    "GET /api/v1/instances/<key:instance_id>/history": ENGINE,
    "GET /api/v1/instances/<key:instance_id>/variables": ENGINE,
    "POST /api/v1/instances/<key:instance_id>/cancel": OPERATOR,
    "POST /api/v1/messages": OPERATOR,
    "POST /api/v1/signals": OPERATOR,
    "GET /api/v1/decisions": RULES,
    "POST /api/v1/decisions/<name:decision_id>/evaluate": RULES,
    "POST /api/v1/decisions/<name:decision_id>/explain": RULES,
    "GET /api/v1/jobs": OPERATOR,
    "POST /api/v1/jobs/fetch": OPERATOR,
    "POST /api/v1/jobs/<key:job_id>/complete": OPERATOR,
    "POST /api/v1/jobs/<key:job_id>/fail": OPERATOR,
    "POST /api/v1/jobs/<key:job_id>/throw-error": OPERATOR,
    "POST /api/v1/jobs/<key:job_id>/release": OPERATOR,
    "POST /api/v1/jobs/<key:job_id>/extend": OPERATOR,
    "GET /api/v1/events": PUBLIC,
    "GET /api/v1/events/<name:event_name>": PUBLIC,
    "GET /api/v1/webhook-subscriptions": KEEPERS,
    "POST /api/v1/webhook-subscriptions": KEEPERS,
    "GET /api/v1/webhook-subscriptions/<key:subscription_id>": KEEPERS,
    "PUT /api/v1/webhook-subscriptions/<key:subscription_id>": KEEPERS,
    "DELETE /api/v1/webhook-subscriptions/<key:subscription_id>": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/pause": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/resume": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/rotate-secret": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/test": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/replay": KEEPERS,
    "GET /api/v1/webhook-subscriptions/<key:subscription_id>/deliveries": KEEPERS,
    "GET /api/v1/webhook-subscriptions/<key:subscription_id>/deliveries/<key:event_id>": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/deliveries/<key:event_id>/retry": KEEPERS,
    "POST /api/v1/webhook-subscriptions/<key:subscription_id>/deliveries/<key:event_id>/skip": KEEPERS,
    "GET /api/v1/incidents": OPERATOR,
    "POST /api/v1/incidents/retry": OPERATOR,
    "POST /api/v1/incidents/<key:incident_id>/retry": OPERATOR,
    "GET /api/v1/jobs/<key:job_id>/exchanges": OPERATOR,
    "GET /api/v1/partners": OPERATOR,
    "GET /api/v1/connectors/templates": ENGINE,
    "POST /api/v1/partners/close": OPERATOR,
    "POST /api/v1/incidents/<key:incident_id>/resolve": OPERATOR,
}
_GUARDED = {route: roles for route, roles in WHO_MAY.items() if roles is not None}
_DENIED = [(route, role) for route, roles in _GUARDED.items() for role in Role if role not in roles]
_ADMITTED = [
    (route, role)
    for route, roles in _GUARDED.items()
    for role in Role
    # silences are the named authority's alone, whatever the role (test_silences.py)
    if role in roles and not route.startswith("DELETE") and "/silences" not in route
]


def test_every_route_stands_in_the_table_with_its_rule(api: Api) -> None:
    found = {}
    for rule in api.app.url_map.iter_rules():
        marked = rule_of(api.app.view_functions[rule.endpoint])
        assert marked is not None, rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[f"{method} {rule.rule}"] = marked.roles

    assert found == WHO_MAY


@pytest.mark.parametrize("route", sorted(_GUARDED))
def test_nobody_unknown_is_admitted(api: Api, route: str) -> None:
    answer = _call(api, route, None)

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:not-signed-in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_other_role_is_denied_on_every_route(api: Api) -> None:
    answers = {(route, role): _call(api, route, role) for route, role in _DENIED}

    wrong = {asked: answer.status_code for asked, answer in answers.items() if answer.status_code != 403}
    assert wrong == {}
    assert {answer.json["type"] for answer in answers.values()} == {"urn:onewindow:problem:role-missing"}


def test_the_roles_named_pass_the_door_and_find_nothing_of_others(api: Api) -> None:
    answers = {(route, role): _call(api, route, role).status_code for route, role in _ADMITTED}

    # of clerks only members of the authority that an operator names, after a second factor: test_silences.py
    refused = {asked: status for asked, status in answers.items() if status in (401, 403, 500)}
    assert {route: status for (route, _), status in refused.items() if "/silences" not in route} == {}


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer wrong", "Basic Y2l0aXplbjp4", "bearer ow_" + "x" * 43, "Bearer " + "y" * 5_000, "ğ"],
)
def test_a_wrong_token_is_401_and_never_passed_over(api: Api, header: str) -> None:
    answer = api.client.get("/api/v1/me", headers={"Authorization": header.encode("utf-8").decode("latin-1")})

    assert answer.status_code == 401


def _call(api: Api, route: str, role: Role | None):  # type: ignore[no-untyped-def]
    method, _, path = route.partition(" ")
    key = "01hk3v8b6s9e4w2m7q5t0x1y2z"
    path = re.sub("<key:[a-z_]+>", key, path)
    path = path.replace("<task:task_id>", f"{key}-1")
    path = re.sub("<name:[a-z_]+>", "unknown", path)
    body = {"json": {}} if method in ("POST", "PUT") else {}
    return api.ask(method, path.removeprefix("/api/v1"), role and str(role), **body)
