"""A copy of one's own data: all of it, as JSON and as a PDF that can be read aloud, for nobody else."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from engine.connectors.contract import PartnerRefused
from engine.connectors.data_export import DataExportConnector
from engine.connectors.registry import Registry
from engine.jobs.hands import Hands
from engine.jobs.housekeeping import tidy_up
from engine.runtime.export_own_data import draft_export
from tests.builders import a_file
from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api, an_api

MARKUP = "<script>alert(1)</script> & Əliyev =cmd|' /C calc'!A0"
PIECE = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Api]:
    """An API with a case of the citizen: an answer, a file, a look-up, a clerk who looked; mandate, contact."""
    made = an_api(database_url, ONEWINDOW_FILES=str(tmp_path / "files"))
    form = a_form_file(a_field("note"), a_field("plan", "filepicker", accept=".pdf"), id="apply")
    made.deploy_files(
        {"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport(form="apply"), "apply.form": form}
    )
    sent = made.post("/attachments", "citizen", {"name": "plan.pdf", "length": len(a_file.PDF)}).json["id"]
    made.ask("PATCH", f"/attachments/{sent}", "citizen", data=a_file.PDF, headers=PIECE)
    answers = {"note": MARKUP, "plan": sent}
    assert made.post("/applications", "citizen", {"service": "permit", "answers": answers}).status_code == 201
    work_off(made)
    made.put("/me/contact", "citizen", {"mail": "citizen@example.az"})
    made.post("/mandates", "citizen", {"holder": made.keys["neighbour"]})
    task = made.get("/tasks", "clerk").json["items"][0]["id"]
    made.get(f"/tasks/{task}", "clerk")
    made.clock.advance(timedelta(minutes=1))
    yield made
    made.composed.database.close()


def work_off(api: Api, registry: Registry | None = None) -> None:
    """A worker does what is due."""
    Running(api.runtime, Hands(runtime=api.runtime, registry=registry or api.composed.registry, owner="w")).work_off()


def asked(api: Api, who: str = "citizen", **said: Any) -> str:
    """Ask for a copy; gives its key."""
    answer = api.post("/me/exports", who, said)
    assert answer.status_code == 202, answer.text
    return str(answer.json["id"])


def taken(api: Api, export: str, who: str = "citizen") -> dict[str, Any]:
    """What stands in it."""
    answer = api.get(f"/me/exports/{export}/json", who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


@pytest.mark.usefixtures("pdf_libraries")
def test_a_citizen_gets_all_her_data_as_json_and_as_a_tagged_pdf(api: Api) -> None:
    export = asked(api, language="en")
    early = api.get(f"/me/exports/{export}/json", "citizen")
    work_off(api)
    shown = api.get(f"/me/exports/{export}", "citizen").json
    whole = taken(api, export)
    pdf = api.get(f"/me/exports/{export}/pdf", "citizen")
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    text = "".join(page.extract_text() for page in reader.pages)

    assert (early.status_code, early.json["type"]) == (409, "urn:onewindow:problem:export-not-ready")
    assert (shown["is_ready"], shown["pdf_fault"]) == (True, None)
    assert {"account", "cases", "notices", "mandates", "consents", "accesses"} <= whole.keys()
    assert (whole["account"]["name"], whole["account"]["pin"]) == ("Citizen", "5FQ2K7M")
    assert whole["account"]["contact"]["mail"] == "citizen@example.az"
    (case,) = whole["cases"]
    assert case["answers"]["note"] == MARKUP
    assert [one["name"] for one in case["attachments"]] == ["plan.pdf"]
    assert [one["key"] for one in case["evidence"]] == ["identity"]
    assert [one["given_to"] for one in whole["mandates"]] == ["Neighbour"]
    assert [one["kind"] for one in whole["accesses"]] == ["task.read"]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "My data" in text
    assert "<script>alert(1)</script>" in text
    assert "An official" in text


def test_nothing_of_officials_and_no_secret_stands_in_it(api: Api) -> None:
    export = asked(api)
    work_off(api, without_pdf(api))
    said = json.dumps(taken(api, export))

    assert api.keys["clerk"] not in said
    assert '"Clerk"' not in said
    assert "argon2" not in said
    with api.composed.database.read() as connection:
        hashes = connection.exec_driver_sql("SELECT hash FROM api_token").scalars().all()
    assert not any(one in said for one in hashes)


def test_an_export_is_nobody_elses_and_is_gone_after_seven_days_with_its_files(api: Api) -> None:
    export = asked(api)
    work_off(api, without_pdf(api))
    with api.composed.database.work() as work:
        sha256 = work.exports.lock(export).json_sha256
    assert sha256 is not None
    for path in ("", "/json", "/pdf"):
        assert api.get(f"/me/exports/{export}{path}", "neighbour").status_code == 404
    api.clock.advance(timedelta(days=7, seconds=1))
    over = api.get(f"/me/exports/{export}/json", "citizen").status_code
    tidy_up(api.runtime)

    assert over == 404
    assert api.get("/me/exports", "citizen").json["items"] == []
    with api.composed.database.work() as work:
        assert work.attachments.needed([sha256]) == set()


def test_one_is_made_at_a_time_and_asking_and_taking_are_journaled_and_told(api: Api) -> None:
    first, second = asked(api), asked(api)
    work_off(api, without_pdf(api))
    taken(api, first)
    third = asked(api)

    running = Running(api.runtime, Hands(runtime=api.runtime, registry=api.composed.registry, owner="w"))
    acts = [one for one in running.acts(f"person-{api.keys['citizen']}") if one.startswith("data.")]
    assert first == second != third
    assert acts == ["data.export-asked", "data.exported", "data.export-taken", "data.export-asked"]
    subjects = [one["subject"] for one in api.get("/inbox", "citizen").json["items"]]
    assert subjects.count("Bütün məlumatlarınızın surəti istənildi") == 2


def test_without_a_pdf_the_json_is_whole_and_says_why(api: Api) -> None:
    export = asked(api)
    work_off(api, without_pdf(api))
    shown = api.get(f"/me/exports/{export}", "citizen").json
    pdf = api.get(f"/me/exports/{export}/pdf", "citizen")

    assert (shown["is_ready"], shown["pdf_fault"]) == (True, "No Pango here.")
    assert (pdf.status_code, pdf.json["detail"]) == (409, "No Pango here.")
    assert taken(api, export)["onewindow_export"] == 1


def test_an_export_of_many_looks_is_made_within_a_minute(api: Api) -> None:
    case = api.get("/applications", "citizen").json["items"][0]["id"]
    for _ in range(300):
        api.get(f"/applications/{case}", "supervisor")
    began = time.monotonic()
    export = asked(api)
    work_off(api, without_pdf(api))

    assert len(taken(api, export)["accesses"]) == 301
    assert time.monotonic() - began < 60


def without_pdf(api: Api) -> Registry:
    """The connectors of a machine that cannot write PDFs."""

    def refuse(_page: str) -> Any:
        raise PartnerRefused("No Pango here.")

    def draft(export_id: str) -> Any:
        return draft_export(api.runtime, export_id)

    own = DataExportConnector(draft, api.runtime.storage, write=refuse)
    return Registry([*(one for one in api.composed.registry if one.name != own.name), own])
