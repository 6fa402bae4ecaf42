"""Consents and prefilled forms over the API, and the proofs that come of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine.jobs.hands import Hands
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_prefilled_procedure import CONSENT, a_prefilled_procedure
from tests.builders.an_api import Api, an_api

ANSWERS = {"pin": "5FQ2K7M", "street": "Füzuli 7", "phone": "1"}


@pytest.fixture
def register() -> Iterator[Partner]:
    """The population register."""
    with a_partner() as listening:
        yield listening.answers('{"address": {"street": "Nizami 5"}}')


@pytest.fixture
def api(database_url: str, register: Partner) -> Iterator[Api]:
    """The API with a service whose form a register fills in, with consent."""
    made = an_api(database_url, ONEWINDOW_REGISTERS=f"population={register.url}")
    made.staff("city:clerk")
    made.deploy_files(a_prefilled_procedure(**CONSENT))
    yield made
    made.composed.database.close()


def worked(api: Api) -> None:
    hands = Hands(runtime=api.runtime, registry=api.composed.registry, owner="worker")
    while jobs := hands.take(100, timedelta(seconds=60)):
        for job in jobs:
            hands.carry_out(job)


def asked(api: Api, language: str = "en") -> dict[str, Any]:
    made = api.post("/services/permit/prefill", "citizen", {}, headers={"Accept-Language": language})
    assert made.status_code == 201, made.json
    worked(api)
    shown = api.get(f"/services/permit/prefill/{made.json['id']}", "citizen", headers={"Accept-Language": language})
    assert shown.status_code == 200, shown.json
    return dict(shown.json)


def consented(api: Api) -> str:
    (one,) = api.get("/consents?service=permit", "citizen").json["items"]
    assert (one["holds"], one["text"]["en"], one["register"]) == (False, "I agree.", "population")
    said = {"service": "permit", "evidence": "identity", "version": one["version"]}
    given = api.post("/consents", "citizen", said)
    assert given.status_code == 201, given.json
    return str(given.json["id"])


def test_a_form_is_filled_in_after_consent_and_counts_as_evidence(api: Api) -> None:
    before = asked(api)
    assert (before["is_ready"], before["values"]) == (True, {"pin": "5FQ2K7M"})
    assert before["items"][0]["state"] == "no-consent"

    consented(api)
    made = asked(api)
    assert made["values"] == {"pin": "5FQ2K7M", "street": "Nizami 5"}
    (item,) = made["items"]
    assert (item["state"], item["register"], item["fields"]) == ("answered", "population", ["phone", "street"])
    assert (item["purpose"], item["legal_basis"], bool(item["fetched_at"])) == ("permit", "art. 2", True)

    case = api.post("/applications", "citizen", {"service": "permit", "answers": ANSWERS}).json["id"]
    worked(api)
    prefilled, looked_up = api.get(f"/applications/{case}/evidence", "citizen").json["items"]
    assert prefilled["compared"] == [{"what": "street", "stated": "Füzuli 7", "found": "Nizami 5", "differs": True}]
    assert (prefilled["provenance"], prefilled["outcome"], len(prefilled["hash"])) == ("prefilled", "proved", 64)
    assert looked_up["facts"] == [{"name": "person.address.street", "value": "Nizami 5", "is_masked": False}]
    assert api.get(f"/applications/{case}", "citizen").json["consents"][0]["holds"] is True


def test_what_the_register_did_not_say_is_told_in_the_readers_language(api: Api) -> None:
    assert asked(api, "ru")["items"][0]["message"].startswith("Регистр запрашивается только с вашего согласия")


def test_a_consent_is_taken_back(api: Api, register: Partner) -> None:
    key = consented(api)
    taken = api.post(f"/consents/{key}/withdraw", "citizen", {})
    assert (taken.status_code, taken.json["holds"]) == (200, False)
    assert api.post(f"/consents/{key}/withdraw", "neighbour", {}).status_code == 404

    case = api.post("/applications", "citizen", {"service": "permit", "answers": ANSWERS}).json["id"]
    worked(api)

    assert register.received == []
    (proof,) = api.get(f"/applications/{case}/evidence", "citizen").json["items"]
    assert (proof["outcome"], proof["facts"]) == ("no-consent", [])


def test_another_version_of_the_text_is_refused(api: Api) -> None:
    said = {"service": "permit", "evidence": "identity", "version": "0" * 64}
    refused = api.post("/consents", "citizen", said)
    assert (refused.status_code, [place["path"] for place in refused.json["places"]]) == (422, ["/version"])


def test_nobody_sees_what_was_filled_in_for_another(api: Api) -> None:
    made = api.post("/services/permit/prefill", "citizen", {}).json
    assert api.get(f"/services/permit/prefill/{made['id']}", "neighbour").status_code == 404


def test_a_repeated_request_is_answered_as_the_first_was(api: Api) -> None:
    consented(api)
    once = {"Idempotency-Key": "prefill-once"}

    first, again = (api.post("/services/permit/prefill", "citizen", {}, headers=once) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["values"] == {"pin": "5FQ2K7M"}
    assert again.json == first.json
