"""Webhooks over the API: who may subscribe to what, secrets that are shown once, deliveries, telling again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from engine.casework.event_kinds import KINDS
from engine.identity import new_key
from engine.jobs.messenger import Messenger
from engine.store.tables import metadata
from onewindow.settings import Settings
from onewindow.webhooks import SealTooShort, WebhookSecrets, make_messenger
from tests.builders.a_permit import a_permit
from tests.builders.a_subscriber import SECRET, SubscriberAt, a_subscriber
from tests.builders.an_api import Api, an_api

SEAL = "a seal of the tests that nobody could ever guess"
WISH = {"name": "Registry", "url": "https://registry.example.gov/hook?key=planted", "types": ["onewindow.task.*"]}
OF_CITY = {**WISH, "agency": "city"}
SETTINGS = {
    "ONEWINDOW_SECRET_WEBHOOK_SEAL": SEAL,
    "ONEWINDOW_SECRET_WEBHOOK_REGISTRY": SECRET,
    "ONEWINDOW_SECRET_WEBHOOK_WRONG": "planted no secret of a webhook",
    "ONEWINDOW_SECRET_PAYMENT_KEY": SECRET,
    "ONEWINDOW_WEBHOOK_HOSTS": "127.0.0.1",
}


@pytest.fixture
def hooked(database_url: str) -> Iterator[Api]:
    """The API where webhooks are set up, over both databases."""
    made = an_api(database_url, **SETTINGS)
    made.deploy_files(a_permit())
    yield made
    made.composed.database.close()


@pytest.fixture
def subscriber() -> Iterator[SubscriberAt]:
    """A subscriber that listens on this machine."""
    with a_subscriber() as it:
        yield it


def messenger(api: Api) -> Messenger:
    settings = Settings.load({"ONEWINDOW_DATABASE_URL": "sqlite:///unused.db", **SETTINGS})
    made = make_messenger(settings, api.runtime, api.composed.webhook_secrets, "worker-1", lambda *_: None)
    return made


def subscribe(api: Api, who: str = "operator", **said: Any) -> dict[str, Any]:
    answer = api.post("/webhook-subscriptions", who, {**WISH, **said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def start(api: Api) -> None:
    assert api.post("/instances", "operator", {"process_id": "permit"}).status_code == 201


def deliveries(api: Api, subscription: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/webhook-subscriptions/{subscription}/deliveries{query}", "operator").json[
        "items"
    ]
    return found


def whole_database(api: Api) -> str:
    with api.composed.database.read() as connection:
        return "\n".join(str(connection.execute(select(table)).all()) for table in metadata.tables.values())


def test_a_secret_is_shown_once_kept_sealed_and_signs_what_is_sent(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    start(hooked)
    messenger(hooked).tell_what_is_due()

    shown = hooked.get(f"/webhook-subscriptions/{made['id']}", "operator").json
    assert made["secret"].startswith("whsec_")
    assert subscriber.came[0].is_signed_with(made["secret"])
    assert "secret" not in shown
    assert made["secret"] not in whole_database(hooked)


def test_a_repeated_request_makes_no_second_subscription_and_shows_no_secret(hooked: Api) -> None:
    first, second = (
        hooked.post("/webhook-subscriptions", "operator", WISH, headers={"Idempotency-Key": "subscribe-1"})
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["secret"]
    assert second.json == {**first.json, "secret": None}
    assert first.json["secret"] not in whole_database(hooked)
    assert len(hooked.get("/webhook-subscriptions", "operator").json["items"]) == 1


def test_a_secret_of_the_environment_is_kept_by_its_name(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url, secret_reference="webhook-registry")
    start(hooked)
    messenger(hooked).tell_what_is_due()

    assert made["secret"] is None
    assert subscriber.came[0].is_signed_with(SECRET)
    assert SECRET not in whole_database(hooked)


@pytest.mark.parametrize("name", ["webhook-unknown", "payment-key", "webhook-seal", "webhook-wrong"])
def test_a_secret_that_is_none_for_webhooks_is_refused_and_not_shown(hooked: Api, name: str) -> None:
    answer = hooked.post("/webhook-subscriptions", "operator", {**WISH, "secret_reference": name})

    assert answer.status_code == 422
    assert answer.json["places"][0]["path"] == "/secret_reference"
    assert "planted no secret" not in answer.text


def test_a_supervisor_may_not_name_a_secret_of_the_environment(hooked: Api) -> None:
    answer = hooked.post("/webhook-subscriptions", "supervisor", {**OF_CITY, "secret_reference": "webhook-registry"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"types": ["case.decided"]}, "/types/0"),
        ({"types": []}, "/types"),
        ({"url": "http://registry.example.gov/hook"}, "/url"),
        ({"url": "https://10.0.0.1/hook"}, "/url"),
        ({"url": "https://user:key@registry.example.gov/"}, "/url"),
        ({"name": ""}, "/name"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_told_with_its_place(hooked: Api, said: dict[str, Any], place: str) -> None:
    answer = hooked.post("/webhook-subscriptions", "operator", {**WISH, **said})

    assert answer.status_code == 422
    assert place in [one["path"] for one in answer.json["places"]]


def test_without_a_seal_nobody_subscribes_and_the_remedy_names_the_setting(api: Api) -> None:
    answer = api.post("/webhook-subscriptions", "operator", WISH)

    assert answer.status_code == 409
    assert "ONEWINDOW_SECRET_WEBHOOK_SEAL" in answer.json["remedy"]


def test_a_seal_that_can_be_guessed_stops_the_start() -> None:
    settings = Settings.load({"ONEWINDOW_SECRET_WEBHOOK_SEAL": "short"})

    with pytest.raises(SealTooShort) as refused:
        WebhookSecrets(settings.secrets)
    assert "short" not in str(refused.value)


def test_what_was_sealed_with_a_former_seal_can_be_opened() -> None:
    old = WebhookSecrets(Settings.load({"ONEWINDOW_SECRET_WEBHOOK_SEAL": SEAL}).secrets)
    new = WebhookSecrets(
        Settings.load(
            {"ONEWINDOW_SECRET_WEBHOOK_SEAL": SEAL[::-1], "ONEWINDOW_SECRET_WEBHOOK_SEAL_FORMER": SEAL}
        ).secrets
    )

    assert new.open_all([old.seal("whsec_x"), new.seal("whsec_y")]) == ["whsec_x", "whsec_y"]


def test_a_supervisor_subscribes_to_her_agency_alone_and_sees_nothing_of_others(hooked: Api) -> None:
    of_all = subscribe(hooked)
    of_city = subscribe(hooked, "supervisor", agency="city")

    listed = hooked.get("/webhook-subscriptions", "supervisor").json["items"]

    assert [one["id"] for one in listed] == [of_city["id"]]
    for agency in (None, "village"):
        assert hooked.post("/webhook-subscriptions", "supervisor", {**WISH, "agency": agency}).status_code == 403
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/test"), ("GET", "/deliveries"),
        ("GET", f"/deliveries/{new_key()}"), ("POST", f"/deliveries/{new_key()}/retry"),
    ):  # fmt: skip
        answer = hooked.ask(method, f"/webhook-subscriptions/{of_all['id']}{path}", "supervisor")
        assert answer.status_code == 404, (method, path)
    moved = hooked.put(f"/webhook-subscriptions/{of_city['id']}", "supervisor", WISH, headers={"If-Match": '"1"'})
    assert moved.status_code == 403


def test_an_address_is_shown_without_the_values_of_its_query(hooked: Api) -> None:
    made = subscribe(hooked)
    pages = [hooked.get(f"/webhook-subscriptions{path}", "operator").text for path in ("", f"/{made['id']}")]

    assert made["url"] == "https://registry.example.gov/hook?..."
    assert "planted" not in "".join(pages)


def test_a_change_needs_the_version_that_was_read(hooked: Api) -> None:
    made = subscribe(hooked)
    path, wish = f"/webhook-subscriptions/{made['id']}", {**WISH, "name": "Other", "types": ["*"]}

    changed = hooked.put(path, "operator", wish, headers={"If-Match": '"1"'})
    late = hooked.put(path, "operator", wish, headers={"If-Match": '"1"'})

    assert (changed.status_code, changed.json["types"], changed.headers["ETag"]) == (200, ["*"], '"2"')
    assert late.status_code == 409
    assert hooked.put(path, "operator", wish).status_code == 428


def test_a_pause_keeps_what_happens_and_resuming_tells_it(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    path = f"/webhook-subscriptions/{made['id']}"
    paused = hooked.post(f"{path}/pause", "operator")
    start(hooked)
    messenger(hooked).tell_what_is_due()
    meanwhile = hooked.get(path, "operator").json

    resumed = hooked.post(f"{path}/resume", "operator")
    messenger(hooked).tell_what_is_due()

    assert (paused.json["state"], meanwhile["waiting"], resumed.json["state"]) == ("paused", 1, "active")
    assert subscriber.types == ["task.created"]
    assert hooked.post(f"{path}/pause", "operator").status_code == 200


def test_a_rotated_secret_signs_beside_the_former_one_for_the_overlap(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    rotated = hooked.post(f"/webhook-subscriptions/{made['id']}/rotate-secret", "operator", {"overlap_hours": 1}).json
    start(hooked)
    messenger(hooked).tell_what_is_due()
    hooked.clock.advance(timedelta(hours=1))
    start(hooked)
    messenger(hooked).tell_what_is_due()

    both = [(one.is_signed_with(made["secret"]), one.is_signed_with(rotated["secret"])) for one in subscriber.came]
    assert both == [(True, True), (False, True)]


def test_a_test_event_reaches_this_subscriber_alone(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    subscribe(hooked, url=subscriber.url, types=["*"])

    asked = hooked.post(f"/webhook-subscriptions/{made['id']}/test", "operator")
    messenger(hooked).tell_what_is_due()

    assert asked.status_code == 202
    assert [(event["type"], event["subject"]) for event in subscriber.taken] == [("onewindow.test", made["id"])]
    assert subscriber.taken[0]["id"] == asked.json["event_id"]


def test_deliveries_show_attempts_and_answers_without_secrets(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    subscriber.answers = lambda _, number: 500 if number == 1 else 200
    subscriber.says = f"not now {made['secret']}"
    start(hooked)
    messenger(hooked).tell_what_is_due()
    hooked.clock.advance(timedelta(seconds=10))
    messenger(hooked).tell_what_is_due()

    listed = deliveries(hooked, made["id"])[0]
    detail = hooked.get(f"/webhook-subscriptions/{made['id']}/deliveries/{listed['event_id']}", "operator").json

    assert (listed["state"], listed["attempts"], listed["type"]) == ("delivered", 2, "onewindow.task.created")
    assert [(one["number"], one["status"], one["answer"]) for one in detail["attempts_made"]] == [
        (2, 200, "not now (secret)"), (1, 500, "not now (secret)"),
    ]  # fmt: skip
    assert made["secret"] not in json.dumps(detail)
    assert deliveries(hooked, made["id"], "?state=waiting") == []


def test_one_event_is_told_again_under_its_id(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    start(hooked)
    messenger(hooked).tell_what_is_due()
    event = subscriber.taken[0]["id"]

    again = hooked.post(f"/webhook-subscriptions/{made['id']}/deliveries/{event}/retry", "operator")
    messenger(hooked).tell_what_is_due()

    assert (again.status_code, again.json["state"]) == (202, "waiting")
    assert [one["id"] for one in subscriber.taken] == [event, event]


def test_a_waiting_event_that_fails_is_passed_over(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    subscriber.answers = lambda _, number: 400 if number == 1 else 204
    start(hooked)
    start(hooked)
    messenger(hooked).tell_what_is_due()
    poison = subscriber.came[0].id

    skipped = hooked.post(f"/webhook-subscriptions/{made['id']}/deliveries/{poison}/skip", "operator")
    messenger(hooked).tell_what_is_due()

    assert skipped.json["state"] == "skipped"
    assert len(subscriber.taken) == 1
    assert poison not in [one["id"] for one in subscriber.taken]


def test_all_is_told_again_from_an_event_or_a_moment_in_order(hooked: Api, subscriber: SubscriberAt) -> None:
    made = subscribe(hooked, url=subscriber.url)
    for _ in range(3):
        start(hooked)
        hooked.clock.advance(timedelta(minutes=1))
    messenger(hooked).tell_what_is_due()
    first = [one["id"] for one in subscriber.taken]
    path = f"/webhook-subscriptions/{made['id']}/replay"

    from_second = hooked.post(path, "operator", {"from_event": first[1]}).json
    messenger(hooked).tell_what_is_due()
    since_third = hooked.post(path, "operator", {"since": "2026-03-02T05:32:00Z"}).json
    messenger(hooked).tell_what_is_due()
    middle = {"since": "2026-03-02T05:31:00Z", "until": "2026-03-02T05:32:00Z"}
    only_second = hooked.post(path, "operator", middle).json
    messenger(hooked).tell_what_is_due()

    assert [one["events"] for one in (from_second, since_third, only_second)] == [2, 1, 1]
    assert [one["id"] for one in subscriber.taken] == [*first, *first[1:], first[2], first[1]]


def test_a_new_subscriber_can_be_told_what_happened_before(hooked: Api, subscriber: SubscriberAt) -> None:
    subscribe(hooked)
    start(hooked)
    messenger(hooked).tell_what_is_due()
    late = subscribe(hooked, url=subscriber.url)

    replayed = hooked.post(f"/webhook-subscriptions/{late['id']}/replay", "operator", {"since": "2026-01-01T00:00:00Z"})
    messenger(hooked).tell_what_is_due()

    assert replayed.json == {"events": 1}
    assert subscriber.types == ["task.created"]


@pytest.mark.parametrize(
    ("said", "status"), [({}, 422), ({"from_event": "01hk3v8b6s9e4w2m7q5t0x1y2z"}, 404),
                         ({"from_event": "01hk3v8b6s9e4w2m7q5t0x1y2z", "since": "2026-03-02T00:00:00Z"}, 422)]
)  # fmt: skip
def test_a_replay_begins_at_one_place(hooked: Api, said: dict[str, str], status: int) -> None:
    made = subscribe(hooked)

    assert hooked.post(f"/webhook-subscriptions/{made['id']}/replay", "operator", said).status_code == status


def test_an_ended_subscription_is_gone_with_all_that_waited(hooked: Api) -> None:
    made = subscribe(hooked)
    start(hooked)
    messenger(hooked).tell_what_is_due()

    ended = hooked.ask("DELETE", f"/webhook-subscriptions/{made['id']}", "operator")

    assert ended.status_code == 204
    assert hooked.get(f"/webhook-subscriptions/{made['id']}", "operator").status_code == 404
    assert messenger(hooked).tell_what_is_due() == 0


def test_every_type_of_event_has_its_schema(hooked: Api) -> None:
    listed = hooked.get("/events").json["items"]

    assert [one["type"] for one in listed] == [kind.type for kind in KINDS.values()]
    for one in listed:
        schema = hooked.get(f"/{one['schema']}").json
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == one["type"]
    assert hooked.get("/events/case.unknown").status_code == 404


def test_the_page_for_integrators_names_every_type() -> None:
    page = (Path(__file__).parents[3] / "docs" / "integrator" / "webhooks.md").read_text(encoding="utf-8")

    assert [kind.type for kind in KINDS.values() if f"`{kind.type}`" not in page] == []
