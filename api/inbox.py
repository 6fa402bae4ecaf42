"""The inbox: what agencies told the caller, whatever became of mail and SMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from api.operation import Noun
from api.schemas.notices import InboxPage, InboxQuery, NoticeSchema
from api.wiring import services
from door.access import caller
from engine.casework.calendar_file import FILE_NAME, calendar_file, method_of
from engine.casework.notice import NoSuchNotice
from engine.casework.policy import Action
from engine.runtime.mark_read import mark_read
from engine.store.queries import notices as queries

_CALENDAR: Final[Mapping[str, Any]] = {
    "200": {
        "description": "The calendar file.",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}

blueprint = Noun("inbox", __name__, description="Notices to the caller, of agencies and about the account itself.")


@blueprint.operation("GET", "", rule=Action.read_inbox, summary="List own notices", query=InboxQuery, answer=InboxPage)
def list_own(query: Mapping[str, Any]) -> Any:
    """The caller's own notices, the newest first, and how many are unread."""
    with services().read() as connection:
        return queries.inbox_page(connection, caller(), **query)


@blueprint.operation("GET", "/<key:notice_id>", rule=Action.read_inbox, summary="Read a notice", answer=NoticeSchema)
def show(notice_id: str) -> Any:
    """One of the caller's own notices. It stays unread until it is marked."""
    with services().read() as connection:
        return queries.inbox_notice(connection, caller(), notice_id)


@blueprint.operation(
    "GET",
    "/<key:notice_id>/calendar",
    rule=Action.read_inbox,
    summary="Take the appointment of a notice",
    documentation={"responses": _CALENDAR},
)
def calendar(notice_id: str) -> Response:
    """The calendar file (iCalendar) of the appointment that a notice tells of; 404 where it tells of none."""
    with services().read() as connection:
        notice = queries.inbox_notice(connection, caller(), notice_id).notice
    content = calendar_file(notice, services().notice_domain)
    if content is None:
        raise NoSuchNotice("This notice tells of no appointment.", remedy="Read its text.")
    answer = Response(content, content_type=f"text/calendar; charset=utf-8; method={method_of(notice)}")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.operation(
    "PUT", "/<key:notice_id>/read", rule=Action.read_inbox, summary="Mark a notice as read", status=204
)
def mark(notice_id: str) -> Response:
    """Note that the caller has read it. Safe to repeat; the first time counts."""
    mark_read(services().runtime, notice_id, by=caller())
    return Response(status=204)
