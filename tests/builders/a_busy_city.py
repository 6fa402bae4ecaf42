"""A city in which everything has happened once, so that every address of the API leads somewhere: `a_busy_city(...)`.

One citizen applied: her case has a task of the clerks, a task of her own, a file, a document, a notice, a payment, an
incident, a hold. Around it stand a job for programs outside, a webhook with deliveries, a closure, a seal, a session,
an agency with its people, a mandate, a consent and a prefilled form.
`places` has the key of each by the name of its parameter in the address. `CANARY` stands in what she wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from engine.audit import SealKey
from engine.casework.silence import Silence
from engine.connectors.registry import Registry
from engine.identity import new_key
from engine.jobs.hands import Hands
from engine.runtime.make_events import make_events
from engine.runtime.openings import open_case
from engine.runtime.seal_journal import seal_journal
from onewindow.accounts import Duties, add_account, create_token, queues_of
from tests.builders import a_file
from tests.builders.a_decision_model import a_decision, a_model, literal
from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_notified_permit import TEMPLATE as NOTICE
from tests.builders.a_paid_permit import FEE
from tests.builders.a_permit import a_check_form
from tests.builders.a_prefilled_procedure import CONSENT
from tests.builders.a_provider import ProviderAt
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register
from tests.builders.a_seal import a_seal
from tests.builders.an_api import PASSWORD, Api, an_api

CANARY: Final = "Kanareyka-7XQ2M9K"
PIN: Final = "5FQ2K7M"
"""Of the citizen's account."""
_WEBHOOK: Final = {"name": "Registry", "url": "https://registry.example.gov/hook", "types": ["onewindow.*"]}
_CLOSED: Final = {
    "agency": "city",
    "first_day": "2026-12-28",
    "last_day": "2026-12-30",
    "reason": "Move to a new building.",
}
_DOCUMENT: Final = b"""{% extends "layout.html" %}
{% block title %}Decision{% endblock %}{% block content %}<p>{{ data.decision.text }}</p>{% endblock %}"""
_DECISION: Final = '={outcome: "granted", reasons: [{text: "In order."}], text: note}'


@dataclass(slots=True)
class BusyCity:
    """An API, and where its things lie."""

    api: Api
    places: Mapping[str, str]
    """Key by parameter: `case_id`, `task_id` ..."""
    own_task: str
    """The task of the applicant; `task_id` is the clerks'."""


_PROVIDERS = """
providers:
  state:
    issuer: {issuer}
    inner: true
    sign_in: {{client_id: onewindow}}
    access_tokens: {{audience: https://services.example.gov/api}}
"""


def a_busy_city(url: str, folder: Path, provider: ProviderAt, issuer: str) -> BusyCity:
    """Over a migrated database; `provider` takes the payment, and people may sign in at `issuer`."""
    providers = folder / "identity-providers.yaml"
    providers.write_text(_PROVIDERS.format(issuer=issuer), encoding="utf-8")
    api = an_api(
        url,
        ONEWINDOW_IDENTITY_PROVIDERS=str(providers),
        ONEWINDOW_FILES=str(folder / "files"),
        ONEWINDOW_PUBLIC_URL="https://services.example.gov",
        ONEWINDOW_PAYMENT_URL=provider.url,
        ONEWINDOW_SECRET_PAYMENT_KEY="sandbox-demo-key",
        ONEWINDOW_SECRET_PAYMENT_CALLBACK="callback-secret",
        ONEWINDOW_SECRET_FACTOR_SEAL="a seal for factors that nobody could ever guess",
        ONEWINDOW_SECRET_WEBHOOK_SEAL="a seal of the tests that nobody could ever guess",
        **a_seal(folder),
    )
    api.deploy_files(_service())
    subscription = _made(api.post("/webhook-subscriptions", "operator", _WEBHOOK))["id"]
    attachment = _sent(api)
    case = _made(
        api.post("/applications", "citizen", {"service": "permit", "answers": {"note": CANARY, "plan": attachment}})
    )["id"]
    _work_off(api, provider)
    api.deploy_files({"errand.bpmn": a_process("errand").start().service_task("print", "demo").end().xml()})
    _made(api.post("/instances", "operator", {"process_id": "errand"}))
    make_events(api.runtime)
    seal_journal(api.runtime, SealKey.made())
    signed_in = _made(api.post("/session", None, {"name": "citizen", "password": PASSWORD}))
    csrf = {"X-Csrf-Token": signed_in["csrf_token"]}
    factor = _made(api.post("/me/second-factors/app", None, {"name": "My phone"}, headers=csrf))["id"]
    # the sign-in left its cookie in the client: whoever comes without a token must come with nothing
    api.client = api.app.test_client()
    people = {"factor_id": factor, **_arranged(api), **_agreed(api)}
    return _found(api, case, subscription, attachment, people)


def _arranged(api: Api) -> dict[str, str]:
    """The agency: its unit and role, a clerk who is away, and her deputy."""
    said = {"names": {"az": "Şəhər", "en": "City", "ru": "Город"}}
    _made(api.post("/agencies", "operator", {"key": "city", **said}))
    _made(api.put("/agencies/city/units/north", "administrator", said))
    _made(api.put("/agencies/city/roles/head", "administrator", said))
    away = {"account": "clerk", "kind": "leave", "from_at": "2026-08-01T05:00:00Z", "until_at": "2026-08-09T05:00:00Z"}
    return {
        "agency": "city",
        "unit": "north",
        "role": "head",
        "account": api.keys["clerk"],
        "account_id": api.keys["citizen"],
        "absence_id": _made(api.post("/agencies/city/absences", "clerk", away))["id"],
        "deputyship_id": _made(
            api.post("/agencies/city/deputies", "clerk", {"absent": "clerk", "deputy": "colleague"})
        )["id"],
    }


def _agreed(api: Api) -> dict[str, str]:
    """What the citizen agreed to: a mandate for her son, a look-up for a form; and that form."""
    son = add_account(api.composed.database, "son", "Son", None, Duties(citizen=True), api.clock.now(), None)
    (consent,) = api.get("/consents?service=permit", "citizen").json["items"]
    said = {"service": "permit", "evidence": consent["evidence"], "version": consent["version"]}
    return {
        "mandate_id": _made(api.post("/mandates", "citizen", {"holder": son}))["id"],
        "prefill_id": _made(api.post("/services/permit/prefill", "citizen", {}))["id"],
        "consent_id": _made(api.post("/consents", "citizen", said))["id"],
    }


def _found(api: Api, case: str, subscription: str, attachment: str, people: Mapping[str, str]) -> BusyCity:
    def first(path: str, who: str) -> dict[str, Any]:
        answer = api.get(path, who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json["items"][0])

    tracked = api.get(f"/applications/{case}", "citizen").json
    theirs = [one for one in api.get("/tasks", "clerk").json["items"] if one["element_id"] == "check"]
    hers = [one for one in api.get("/tasks", "citizen").json["items"] if one["element_id"] == "correct"]
    opening = _opened(api, tracked["number"])
    hold = _made(api.post(f"/records/{case}/holds", "supervisor", {"reason": "court"}))["id"]
    incident = first("/incidents", "operator")
    deliveries = api.get(f"/webhook-subscriptions/{subscription}/deliveries", "operator").json["items"]
    document = tracked["documents"][0]
    places = {
        "case_id": case,
        "attachment_id": attachment,
        "document_id": document["id"],
        "code": document["code"],
        "notice_id": first("/inbox", "citizen")["id"],
        "payment_id": first("/payments", "operator")["id"],
        "task_id": theirs[0]["id"],
        "instance_id": incident["instance_id"],
        "incident_id": incident["id"],
        "job_id": first("/jobs?type=demo", "operator")["id"],
        "definition_id": first("/process-definitions", "analyst")["id"],
        "hold_id": hold,
        "case_number": tracked["number"],
        "opening_id": opening,
        "closure_id": _made(api.post("/closures", "supervisor", _CLOSED))["id"],
        "subscription_id": subscription,
        "event_id": deliveries[0]["event_id"],
        "session_id": first("/me/sessions", "citizen")["id"],
        "token_id": first("/me/tokens", "citizen")["id"],
        **people,
        "silence_id": _silenced(api),
        "export_id": _exported(api),
        "access_id": first("/me/accesses", "citizen")["id"],
        "key": "permit",
        "form_id": "check",
        "decision_id": "rate",
        "event_name": "onewindow.task.created",
        "number": "1",
        "provider": "state",
    }
    return BusyCity(api, places, hers[0]["id"])


def _opened(api: Api, number: str) -> str:
    """The registrar, who has no task of it, opened the case for a reason."""
    now, database = api.clock.now(), api.composed.database
    duties = Duties(queues=queues_of(["city:registry"]))
    api.keys["registrar"] = add_account(database, "registrar", "Registrar", None, duties, now, None)
    _, api.tokens["registrar"] = create_token(database, "registrar", "tests", timedelta(days=30), now)
    with database.work() as work:
        registrar = work.accounts.actor(api.keys["registrar"], now)
    reason = "A court asks for the date of the application."
    return open_case(api.runtime, number, reason, by=replace(registrar, second_factor_at=now)).id


def _silenced(api: Api) -> str:
    """A seal of silence, as the authority places one, over looks of somebody who never looks."""
    now = api.clock.now()
    said = {"person": api.keys["citizen"], "readers": (new_key(),), "legal_basis": "art. 222", "reference": "2026/1"}
    silence = Silence(
        id=new_key(), from_at=now, until_at=now + timedelta(days=9), placed_by=new_key(), placed_at=now, **said
    )
    api.composed.database.run(lambda work: work.silences.add(silence))
    return silence.id


def _exported(api: Api) -> str:
    """A copy of her data, which a worker has made."""
    made = _made(api.post("/me/exports", "citizen", {}))["id"]
    hands = Hands(runtime=api.runtime, registry=api.composed.registry, owner="worker-1")
    for job in hands.take(10, timedelta(minutes=1)):
        if job.type == "data-export":
            hands.carry_out(job)
    return str(made)


def _service() -> dict[str, bytes]:
    note = {"note": "=note"}

    def work(process: Drawing) -> Drawing:
        process.service_task(
            "issue",
            "document",
            headers={"template": "decision", "resultVariable": "issued"},
            inputs={"decision": _DECISION},
        )
        process.service_task("tell", "notice", headers={"template": "decided"}, inputs={"name": "=note"})
        process.service_task("pay", "payment", headers={"description": "State fee"}, inputs={"fee": FEE})
        process.parallel("all")
        process.at("all").user_task("check", queue=CLERKS, form="check", inputs=note)
        process.end("checked", properties={"outcome": "granted"})
        process.at("all").user_task("correct", assignee="=case.applicant.account", form="check").end("corrected")
        process.at("all").service_task("fail", "demo", headers={"mode": "refused"}, retries="1").end("failed")
        return process

    from_answer = {
        "ow:prefill": "address.street",
        "ow:prefill.evidence": "identity",
        "ow:prefill.operation": "GET /persons/{pin}",
    }
    form = a_form_file(
        a_field("note"),
        a_field("pin", properties={"ow:prefill": "case.applicant.pin"}),
        a_field("street", properties=from_answer),
        a_field("plan", "filepicker", accept=".pdf"),
        id="apply",
    )
    return {
        "permit.bpmn": work(a_process("permit").start()).xml(),
        "service.yaml": a_passport(form="apply", evidence=from_register(**CONSENT)),
        "apply.form": form,
        "check.form": a_check_form(),
        "decided.notice.yaml": NOTICE.encode(),
        "decision.html": _DOCUMENT,
        "rate.dmn": a_model(a_decision("rate", literal("1 + 1"))),
    }


def _work_off(api: Api, provider: ProviderAt) -> None:
    own = {"payment"}
    registry = Registry([*(one for one in api.composed.registry if one.name not in own), provider.connector()])
    hands = Hands(runtime=api.runtime, registry=registry, owner="worker-1")
    while jobs := hands.take(10, timedelta(minutes=1)):
        for job in jobs:
            hands.carry_out(job)


def _sent(api: Api) -> str:
    announced = _made(api.post("/attachments", "citizen", {"name": f"{CANARY}.pdf", "length": len(a_file.PDF)}))
    head = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert api.ask("PATCH", f"/attachments/{announced['id']}", "citizen", data=a_file.PDF, headers=head).json
    return str(announced["id"])


def _made(answer: Any) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    return dict(answer.json)
