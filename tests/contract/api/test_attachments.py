"""Files over the API: announced, sent in pieces, resumed, looked at, named by a form, read by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.files.storage import SHARDS
from engine.runtime.collect_garbage import collect_garbage
from tests.builders import a_file
from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.an_api import Api, an_api
from tests.builders.threads import at_once

PIECE = "application/offset+octet-stream"
NOTE = a_file.PDF


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Api]:
    """The API over both databases, with a service whose form asks for files."""
    made = an_api(database_url, ONEWINDOW_FILES=str(tmp_path / "files"), ONEWINDOW_ATTACHMENT_MAX_BYTES="1000000")
    made.deploy_files(
        {
            "permit.bpmn": _process(),
            "apply.form": a_form_file(
                a_field("plan", "filepicker", accept=".pdf", required=True),
                a_field("photos", "filepicker", multiple=True),
                id="apply",
            ),
            "service.yaml": a_passport(form="apply"),
        }
    )
    yield made
    made.composed.database.close()


def _process() -> bytes:
    work = a_process("permit").start().user_task("check", queue="city:clerk")
    return work.end(properties={"outcome": "granted"}).xml()


def announce(api: Api, content: bytes = NOTE, name: str = "plan.pdf", who: str = "citizen") -> TestResponse:
    """POST /attachments."""
    return api.post("/attachments", who, {"name": name, "length": len(content)})


def send(api: Api, attachment: str, offset: int, piece: bytes, who: str = "citizen", **headers: str) -> TestResponse:
    """PATCH a piece."""
    said = {"Upload-Offset": str(offset), "Content-Type": PIECE, **headers}
    return api.ask("PATCH", f"/attachments/{attachment}", who, data=piece, headers=said)


def sent(api: Api, content: bytes = NOTE, name: str = "plan.pdf", who: str = "citizen") -> str:
    """The id of a file that was sent whole."""
    attachment = announce(api, content, name, who).json["id"]
    assert send(api, attachment, 0, content, who).status_code == 200
    return attachment


def apply(api: Api, **answers: Any) -> TestResponse:
    """POST /applications."""
    return api.post("/applications", "citizen", {"service": "permit", "answers": answers})


def test_a_file_comes_in_pieces_and_goes_on_where_it_broke_off(api: Api) -> None:
    announced = announce(api)
    attachment = announced.json["id"]
    send(api, attachment, 0, NOTE[:20])

    asked = api.ask("HEAD", f"/attachments/{attachment}", "citizen")
    again = send(api, attachment, 0, NOTE[:20])
    rest = send(api, attachment, 20, NOTE[20:])

    assert announced.status_code == 201
    assert announced.headers["Location"] == f"/api/v1/attachments/{attachment}"
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("20", str(len(NOTE)))
    assert again.status_code == 409
    assert rest.json["state"] == "unscanned"
    assert rest.json["kind"] == "pdf"
    with api.get(f"/attachments/{attachment}/content", "citizen") as read:
        assert read.data == NOTE
        assert read.headers["Content-Disposition"].startswith("attachment;")
        assert read.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in read.headers["Content-Security-Policy"]
        assert read.content_type == "application/pdf"


def test_of_two_who_send_the_same_piece_at_once_one_is_told(api: Api) -> None:
    attachment = announce(api).json["id"]

    answers = at_once(
        2,
        lambda _: (
            api.app.test_client()
            .patch(
                f"/api/v1/attachments/{attachment}",
                data=NOTE[:10],
                headers={
                    "Authorization": f"Bearer {api.tokens['citizen']}",
                    "Upload-Offset": "0",
                    "Content-Type": PIECE,
                },
            )
            .status_code
        ),
    )

    assert sorted(answers) == [200, 409]
    assert api.get(f"/attachments/{attachment}", "citizen").json["received"] == 10


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"name": "plan.pdf", "length": 1_000_001}, 413, id="too-large"),
        pytest.param({"name": "plan.exe", "length": 5}, 415, id="no-such-kind"),
        pytest.param({"name": "plan.pdf", "length": 0}, 422, id="empty"),
        pytest.param({"name": "plan.pdf", "length": -1}, 422, id="negative"),
        pytest.param({"name": "plan.pdf"}, 422, id="no-length"),
    ],
)
def test_what_cannot_be_taken_is_told_before_it_is_sent(api: Api, body: dict[str, Any], status: int) -> None:
    assert api.post("/attachments", "citizen", body).status_code == status


def test_pieces_that_are_none_are_refused_and_nothing_is_kept(api: Api) -> None:
    attachment = announce(api).json["id"]

    assert send(api, attachment, 0, NOTE + b"more").status_code == 413
    assert send(api, attachment, 0, NOTE, **{"Content-Type": "application/json"}).status_code == 415
    assert send(api, attachment, 0, NOTE, **{"Upload-Offset": "-1"}).status_code == 422
    assert send(api, attachment, 5, NOTE).status_code == 409
    assert api.get(f"/attachments/{attachment}", "citizen").json["received"] == 0


@pytest.mark.parametrize(
    ("content", "name", "status", "state"),
    [
        pytest.param(a_file.a_png(), "plan.pdf", 415, "refused", id="picture-named-pdf"),
        pytest.param(a_file.a_png(40_000, 40_000), "plan.png", 422, "refused", id="picture-bomb"),
        pytest.param(a_file.a_bomb(250), "plan.docx", 422, "refused", id="archive-bomb"),
    ],
)
def test_a_file_that_lies_is_refused_and_its_content_is_not_kept(
    api: Api, content: bytes, name: str, status: int, state: str
) -> None:
    attachment = announce(api, content, name).json["id"]

    refused = send(api, attachment, 0, content)

    shown = api.get(f"/attachments/{attachment}", "citizen").json
    assert refused.status_code == status
    assert (shown["state"], bool(shown["note"])) == (state, True)
    assert api.get(f"/attachments/{attachment}/content", "citizen").status_code == 409
    assert apply(api, plan=[attachment]).status_code == 422


def test_names_are_cleaned_of_what_could_deceive(api: Api) -> None:
    announced = announce(api, name="../../x/exe\u202efdp.plan.pdf")

    assert announced.json["name"] == "exefdp.plan.pdf"


def test_a_form_takes_the_senders_own_whole_files_of_its_kinds_and_no_others(api: Api) -> None:
    neighbours, whole = sent(api, who="neighbour"), sent(api)
    begun, picture = announce(api).json["id"], sent(api, a_file.a_png(), "photo.png")

    refused = {
        key: [place["code"] for place in apply(api, plan=[key]).json["places"]]
        for key in (neighbours, begun, picture, "0" * 26)
    }
    taken = apply(api, plan=[whole], photos=[picture])

    assert refused == {
        neighbours: ["unknown-file"], begun: ["file-receiving"], picture: ["kind-refused"], "0" * 26: ["unknown-file"],
    }  # fmt: skip
    assert taken.status_code == 201, taken.text
    assert apply(api, plan=[whole]).status_code == 422
    assert api.ask("DELETE", f"/attachments/{whole}", "citizen").status_code == 409


def test_the_case_is_read_by_its_applicant_and_by_those_who_work_on_it(api: Api) -> None:
    attachment = sent(api)
    case_id = apply(api, plan=[attachment]).json["id"]

    seen = {
        who: api.get(f"/attachments/{attachment}/content", who).status_code
        for who in ("citizen", "clerk", "supervisor", "neighbour", "outsider")
    }

    assert seen == {"citizen": 200, "clerk": 200, "supervisor": 200, "neighbour": 404, "outsider": 404}
    listed = {who: api.get(f"/attachments?application={case_id}", who).status_code for who in ("clerk", "outsider")}
    assert listed == {"clerk": 200, "outsider": 404}
    with api.composed.database.read() as connection:
        actions = connection.exec_driver_sql("SELECT action FROM journal_entry").scalars().all()
    assert actions.count("attachment.read") == 2


def test_when_the_work_is_done_the_clerk_sees_it_no_more(api: Api) -> None:
    attachment = sent(api)
    apply(api, plan=[attachment])
    task = api.get("/tasks?queue=city:clerk", "clerk").json["items"][0]["id"]
    api.post(f"/tasks/{task}/complete", "clerk", {"answers": {}})

    assert api.get(f"/attachments/{attachment}/content", "clerk").status_code == 404
    assert api.get(f"/attachments/{attachment}/content", "citizen").status_code == 200


def test_abandoned_uploads_and_content_that_nothing_holds_are_collected(api: Api, tmp_path: Path) -> None:
    held, loose = sent(api), sent(api, a_file.a_png(), "photo.png")
    apply(api, plan=[held])
    begun = announce(api, a_file.a_jpeg(), "photo.jpg").json["id"]
    send(api, begun, 0, a_file.a_jpeg()[:10])

    api.clock.advance(api.runtime.files.life * 2)
    gone = collect_garbage(api.runtime, SHARDS)
    gone += collect_garbage(api.runtime, SHARDS)

    kept = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert gone == 4  # two uploads, and the content of each
    assert len(kept) == 1
    assert api.get(f"/attachments/{loose}", "citizen").status_code == 404
    with api.get(f"/attachments/{held}/content", "citizen") as read:
        assert read.data == NOTE


def test_too_many_loose_files_are_refused(api: Api) -> None:
    for _ in range(api.runtime.files.most_loose):
        announce(api)

    refused = announce(api)

    assert refused.status_code == 409
    assert refused.json["type"].endswith("too-many-uploads")


def test_a_process_without_an_application_takes_no_files(api: Api) -> None:
    inspection = a_process("inspect").start().user_task("look", queue="city:clerk", form="look").end()
    form = a_form_file(a_field("photo", "filepicker"), id="look")
    api.deploy_files({"inspect.bpmn": inspection.xml(), "look.form": form})
    task = api.post("/instances", "operator", {"process_id": "inspect"}).json["open_tasks"][0]["id"]
    photo = sent(api, a_file.a_png(), "photo.png", who="clerk")

    refused = api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"photo": [photo]}})

    assert refused.status_code == 422
    assert [place["code"] for place in refused.json["places"]] == ["no-application"]


def test_what_came_before_a_connection_broke_is_kept(api: Api) -> None:
    attachment = announce(api).json["id"]
    headers = {"Upload-Offset": "0", "Content-Type": PIECE}
    cut = {"CONTENT_LENGTH": str(len(NOTE))}

    api.ask("PATCH", f"/attachments/{attachment}", "citizen", data=NOTE[:17], headers=headers, environ_overrides=cut)

    assert api.ask("HEAD", f"/attachments/{attachment}", "citizen").headers["Upload-Offset"] == "17"
    assert send(api, attachment, 17, NOTE[17:]).json["state"] == "unscanned"
