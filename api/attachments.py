"""Attachments: files that applicants and clerks send in pieces, and read again when they may.

The protocol is that of tus 1.0 in short: POST announces a file, PATCH sends a piece at `Upload-Offset`, HEAD asks where
to go on. A form then names the file by its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from api.files import body, download
from api.idempotency import carry_out, no_content
from api.operation import Noun, WrongInput
from api.schemas.files import AttachmentPage, AttachmentQuery, AttachmentSchema, UploadCommand
from api.wiring import services
from door.access import caller
from door.json_door import NotJson
from engine.casework.attachment import Attachment
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.errors import Place
from engine.runtime.begin_upload import begin_upload
from engine.runtime.discard_upload import discard_upload
from engine.runtime.look import Looking, look
from engine.runtime.open_file import open_attachment
from engine.runtime.receive_piece import receive_piece
from engine.store.queries import files as queries

blueprint = Noun("attachments", __name__, description="Files that are sent with applications and tasks.")

PIECE_TYPE: Final = "application/offset+octet-stream"
_OFFSET: Final = re.compile("[0-9]{1,15}")
_PIECE: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {PIECE_TYPE: {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}},
}
_CONTENT: Final[Mapping[str, Any]] = {
    "200": {
        "description": "The content, as an attachment, under the type that was found in it.",
        "content": {"*/*": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}},
    }
}
_AT: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "Upload-Offset",
    "required": True,
    "description": "Where the piece begins: as many bytes as are kept already.",
    "schema": {"type": "integer", "minimum": 0},
    "example": 65_536,
}


@blueprint.operation(
    "POST",
    "",
    rule=Action.send_file,
    summary="Announce a file",
    body=UploadCommand,
    answer=AttachmentSchema,
    status=201,
    idempotent=True,
)
def begin(command: Mapping[str, Any]) -> Response:
    """Announce a file with its name and length; its pieces follow with PATCH. It waits for a form for a day."""
    answer = carry_out(
        lambda runtime: begin_upload(runtime, command["name"], command["length"], command["purpose"], by=caller()),
        AttachmentSchema,
        status=201,
    )
    if answer.status_code == 201:
        answer.headers["Location"] = f"{request.path}/{(answer.get_json() or {})['id']}"
        answer.headers["Upload-Offset"] = "0"
    return answer


@blueprint.operation(
    "GET", "", rule=Action.send_file, summary="List files", query=AttachmentQuery, answer=AttachmentPage
)
def list_files(query: Mapping[str, Any]) -> Any:
    """The files of an application, for those who may read it; without one, the caller's own that none holds yet."""
    page = {name: query[name] for name in ("limit", "cursor")}
    case_id = query["application"]

    def read(looking: Looking) -> Any:
        if case_id is None:
            return queries.own_uploads(looking.connection, caller(), **page)
        found = queries.attachments_of_case(looking.connection, caller(), case_id, **page)
        looking.at_case(LookKind.attachments, case_id)
        return found

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "GET", "/<key:attachment_id>", rule=Action.read_file, summary="Show a file", answer=AttachmentSchema
)
def show(attachment_id: str) -> Response:
    """What is known of a file, and how much of it is kept; HEAD gives the latter in `Upload-Offset`."""

    def read(looking: Looking) -> Attachment:
        found = queries.readable_attachment(looking.connection, caller(), attachment_id)
        if found.owner != caller().account and found.case_id is not None:
            looking.at_case(LookKind.attachment_details, found.case_id, found.id)
        return found

    return _told(look(services().runtime, read, by=caller()))


@blueprint.operation(
    "PATCH",
    "/<key:attachment_id>",
    rule=Action.change_file,
    summary="Send a piece of a file",
    answer=AttachmentSchema,
    parameters=(_AT,),
    documentation={"requestBody": _PIECE},
)
def send_piece(attachment_id: str) -> Response:
    """Send the next piece. 409 tells where it should begin, 413 that it is too large, 415 that such files are refused.

    With the last piece the content is looked at: its kind must be one that is taken, and the one its name says.
    """
    if request.mimetype != PIECE_TYPE:
        raise NotJson(
            f"Expected a body of type {PIECE_TYPE}, found {request.content_type or 'no Content-Type'!r:.100}.",
            remedy=f"Send the header Content-Type: {PIECE_TYPE}.",
        )
    said = request.headers.get("Upload-Offset", "")
    if _OFFSET.fullmatch(said) is None:
        raise WrongInput(
            "The header Upload-Offset is missing, or no whole number.",
            places=[Place("Upload-Offset", "Expected how many bytes are kept already.", "missing")],
            remedy="Ask with HEAD where to go on.",
        )
    return _told(receive_piece(services().runtime, attachment_id, int(said), body(), by=caller()))


@blueprint.operation(
    "GET",
    "/<key:attachment_id>/content",
    rule=Action.read_file,
    summary="Read a file",
    documentation={"responses": _CONTENT},
)
def content(attachment_id: str) -> Response:
    """The content, for who sent it, and for those who may read its application; what officials read is noted."""
    return download(open_attachment(services().runtime, attachment_id, by=caller()))


@blueprint.operation("DELETE", "/<key:attachment_id>", rule=Action.change_file, summary="Remove a file", status=204)
def discard(attachment_id: str) -> Response:
    """Remove an own file that no application holds."""
    return no_content(lambda runtime: discard_upload(runtime, attachment_id, by=caller()))


def _told(attachment: Attachment) -> Response:
    answer = carry_out(lambda _: attachment, AttachmentSchema)
    answer.headers["Upload-Offset"] = str(attachment.received)
    answer.headers["Upload-Length"] = str(attachment.length)
    return answer
