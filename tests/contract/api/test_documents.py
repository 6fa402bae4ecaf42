"""Documents from the task that issues them to the file that anyone verifies: real PDFs, real signatures."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from engine.audit import EntryProof, SealKey
from engine.jobs.hands import Hands
from tests.builders.a_seal import a_seal
from tests.builders.an_issuing_city import DECISION, Issuing, files, issuing

pytestmark = pytest.mark.usefixtures("pdf_libraries")


@pytest.fixture
def city(sqlite_url: str, tmp_path: Path) -> Iterator[Issuing]:
    """A city that issues documents, over SQLite."""
    made = issuing(sqlite_url, tmp_path)
    yield made
    made.api.composed.database.close()


def test_a_decision_is_issued_shown_read_and_verified(database_url: str, tmp_path: Path) -> None:
    city = issuing(database_url, tmp_path)
    application = city.issue()
    document = city.document(application)

    by_code = city.api.get(f"/verify/{document['code']}")
    by_file = city.api.post("/verify", data=city.pdf(application), content_type="application/pdf")

    assert document["number"].startswith("city-2026-000001-")
    assert (document["name"], document["outcome"], document["language"]) == ("Qərar", "granted", "az")
    assert by_code.json["number"] == document["number"]
    assert by_code.json["state"] == "issued"
    assert not {"applicant", "case_id", "pin"} & set(by_code.json)
    assert by_file.json["is_genuine"] is True
    assert by_file.json["signature"]["is_intact"] is True
    assert by_file.json["signature"]["covers_all"] is True
    assert by_file.json["signature"]["is_ours"] is True
    city.api.composed.database.close()


def test_it_is_a_tagged_pdf_that_lasts_in_the_readers_language(city: Issuing) -> None:
    application = city.issue()

    reader = pypdf.PdfReader(io.BytesIO(city.pdf(application)))
    root, metadata = reader.trailer["/Root"], reader.xmp_metadata
    text = reader.pages[0].extract_text()

    assert reader.pdf_header == "%PDF-2.0"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "az"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert metadata is not None
    marks = metadata.stream.get_data().decode()
    assert re.search(r"pdfaid:part(>|=\")4", marks), marks
    for said in ("Qərar", "Ərizə qaydasındadır <və> tamdır.", "Ёжик, Щука", city.document(application)["number"]):
        assert said in text


def test_its_signature_is_valid_for_other_peoples_validators(city: Issuing, tmp_path: Path) -> None:
    signed = PdfFileReader(io.BytesIO(city.pdf(city.issue())))
    (signature,) = signed.embedded_signatures

    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, context)

    assert status.bottom_line
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


@pytest.mark.parametrize(("language", "title"), [("az", "Qərar"), ("en", "Decision"), ("ru", "Решение")])
def test_it_speaks_the_language_that_is_asked_for(sqlite_url: str, tmp_path: Path, language: str, title: str) -> None:
    city = issuing(sqlite_url, tmp_path, language=language)
    application = city.issue()

    assert city.document(application)["name"] == title
    assert pypdf.PdfReader(io.BytesIO(city.pdf(application))).trailer["/Root"]["/Lang"] == language
    city.api.composed.database.close()


def test_it_speaks_the_applicants_language_where_the_model_says_none(sqlite_url: str, tmp_path: Path) -> None:
    city = issuing(sqlite_url, tmp_path, inputs={"decision": DECISION, "language": "=case.language"})
    body = {"service": "permit", "answers": {}}
    city.api.post("/applications", "citizen", body | {"language": "ru"})
    city.api.post("/applications", "citizen", body, headers={"Accept-Language": "en-GB, ru;q=0.5"})
    city.work()

    assert _rows(city, "SELECT language, title FROM document ORDER BY number") == [
        ("ru", "Решение"),
        ("en", "Decision"),
    ]
    city.api.composed.database.close()


def test_a_changed_file_is_told_and_is_not_genuine(city: Issuing) -> None:
    content = bytearray(city.pdf(city.issue()))
    content[content.index(b"/Type") + 1] ^= 1

    told = city.api.post("/verify", data=bytes(content), content_type="application/pdf").json

    assert told["is_genuine"] is False
    assert told["document"] is None
    assert told["signature"] is None or told["signature"]["is_intact"] is False


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"<<" * 5_000, bytes(1_000)])
def test_files_that_are_no_documents_are_told_plainly(city: Issuing, content: bytes) -> None:
    answer = city.api.post("/verify", data=content, content_type="application/pdf")

    assert answer.status_code == 200
    assert answer.json["is_genuine"] is False


def test_codes_that_are_unknown_or_none_are_not_found(city: Issuing) -> None:
    assert city.api.get("/verify/" + "0" * 20).status_code == 404
    assert city.api.get("/verify/nothing").status_code == 404


def test_a_browser_gets_a_page_in_its_language(city: Issuing) -> None:
    document = city.document(city.issue())

    page = city.api.get(f"/verify/{document['code']}", headers={"Accept": "text/html", "Accept-Language": "ru"})

    assert page.content_type.startswith("text/html")
    assert 'lang="ru"' in page.text
    assert "Документ подлинный" in page.text


def test_a_revoked_document_is_told_to_whoever_verifies_it(city: Issuing) -> None:
    application = city.issue()
    document = city.document(application)

    by_clerk = city.api.post(f"/documents/{document['id']}/revoke", "clerk", {"reason": "Wrong."})
    revoked = city.api.post(f"/documents/{document['id']}/revoke", "supervisor", {"reason": "Wrong."})
    again = city.api.post(f"/documents/{document['id']}/revoke", "supervisor", {"reason": "Wrong."})

    assert (by_clerk.status_code, revoked.status_code, again.status_code) == (403, 200, 409)
    assert city.api.get(f"/verify/{document['code']}").json["state"] == "revoked"
    told = city.api.post("/verify", data=city.pdf(application), content_type="application/pdf").json
    assert (told["is_genuine"], told["document"]["state"]) == (False, "revoked")


def test_others_do_not_learn_that_it_exists(city: Issuing) -> None:
    document = city.document(city.issue())["id"]

    seen = {
        who: city.api.get(f"/documents/{document}/content", who).status_code
        for who in ("citizen", "clerk", "supervisor", "neighbour", "outsider")
    }

    assert seen == {"citizen": 200, "clerk": 200, "supervisor": 200, "neighbour": 404, "outsider": 404}


def test_a_worker_that_dies_after_writing_gives_the_same_number_again(city: Issuing) -> None:
    city.api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    composed = city.api.composed
    dying = Hands(runtime=composed.runtime, registry=composed.registry, owner="worker-1")
    (job,) = dying.take(1, timedelta(minutes=1))
    connector = composed.registry.named("document")
    first = connector.call(dying._request(job, dying.case_numbers([job]), connector.settings))

    city.api.clock.advance(timedelta(minutes=2))
    city.work()

    (row,) = _rows(city, "SELECT number, sha256, state FROM document")
    assert (row[0], row[2]) == (first.variables["issued"]["number"], "issued")
    assert _rows(city, "SELECT count(*) FROM document") == [(1,)]
    assert row[1] != first.effects[0].sha256  # sealed anew; what the first try left is collected


def test_a_document_carries_the_proof_that_the_state_noted_it(database_url: str, tmp_path: Path) -> None:
    key = SealKey.made()
    sealing = {"ONEWINDOW_SECRET_JOURNAL_SEAL": key.pem().decode()}
    city = issuing(database_url, tmp_path, **a_seal(tmp_path), **sealing)
    document = city.document(application := city.issue())

    told = city.api.get(f"/verify/{document['code']}").json["proof"]
    proof = EntryProof.read(told)
    entry = json.loads(proof.entry)

    assert proof.holds(key.verifier)
    assert entry[3] == "document.reserved"
    assert (entry[5]["number"], entry[5]["outcome"]) == (document["number"], "granted")
    assert entry[5]["code"] == hashlib.sha256(document["code"].encode()).hexdigest()
    text = pypdf.PdfReader(io.BytesIO(city.pdf(application))).pages[0].extract_text()
    assert "sübut edir" in text
    city.api.composed.database.close()


def test_numbers_run_on_without_gaps(city: Issuing) -> None:
    numbers = [city.document(city.issue())["number"].split("-")[2] for _ in range(3)]

    assert numbers == ["000001", "000002", "000003"]


def test_a_template_that_fails_becomes_an_incident_with_file_and_line(sqlite_url: str, tmp_path: Path) -> None:
    city = issuing(sqlite_url, tmp_path, template="<title>x</title>\n\n{{ data.decision.nothing }}")

    city.issue()

    (incident,) = city.incidents()
    assert "decision.html, line 3" in incident["message"]
    city.api.composed.database.close()


def test_without_a_key_nothing_is_issued_unsigned(sqlite_url: str, tmp_path: Path) -> None:
    city = issuing(sqlite_url, tmp_path, ONEWINDOW_LOG_LEVEL="error")

    city.issue()

    (incident,) = city.incidents()
    assert incident["code"] == "signing-key-missing"
    assert "ONEWINDOW_SIGNING_KEYS" in incident["remedy"]
    assert _rows(city, "SELECT state FROM document") == [("reserved",)]
    city.api.composed.database.close()


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        pytest.param("<title>x</title>{% if %}", "template-syntax", id="syntax"),
        pytest.param("<title>x</title>{{ nobody }}", "template-unknown-name", id="unknown-name"),
        pytest.param(
            "<title>x</title>{{ data.nothing }}", "template-unknown-data", id="data-that-the-task-does-not-give"
        ),
    ],
)
def test_a_template_that_is_certainly_wrong_is_not_deployed(city: Issuing, template: str, rule: str) -> None:
    bundle = [("files", (io.BytesIO(content), name)) for name, content in files(template).items()]

    refused = city.api.ask("POST", "/deployments", "analyst", data={"files": [part for _, part in bundle]})

    assert refused.status_code == 422
    assert [one["rule"] for one in refused.json["diagnostics"] if one["severity"] == "error"] == [rule]


def test_a_task_that_names_a_template_that_is_not_there_is_not_deployed(city: Issuing) -> None:
    without = {name: content for name, content in files().items() if name != "decision.html"}
    without["other.bpmn"] = without.pop("permit.bpmn").replace(b'value="decision"', b'value="missing"')

    refused = city.api.ask(
        "POST",
        "/deployments",
        "analyst",
        data={"files": [(io.BytesIO(content), name) for name, content in without.items()]},
    )

    assert [one["rule"] for one in refused.json["diagnostics"] if one["severity"] == "error"] == ["unknown-document"]


def _rows(city: Issuing, statement: str) -> list[tuple[Any, ...]]:
    with city.api.composed.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]
