"""What each error class means over HTTP: the one table of statuses, and the errors that only requests can make.

A row covers a class and all its subclasses that have no row of their own. The API tells an error as a problem document
(`api.problems`), the portal as a page (`portal.errors`); both take the status from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from flask import g, has_request_context

from door.federation import LogoutRefused
from door.json_door import BodyTooLarge, MalformedJson, NotJson
from engine.casework.document import CodeMalformed
from engine.casework.pace import TooManyApplications
from engine.casework.task import TaskChanged
from engine.diagnostics import ModelRefused
from engine.errors import Forbidden, Invalid, NotFound, NotSignedIn, OnewindowError, Refused, Unavailable
from engine.files.kinds import KindRefused
from engine.files.storage import ContentTooLarge, StorageFull


class PreconditionFailed(Refused):
    """The thing was changed by someone else since it was read (If-Match)."""

    code = "changed-meanwhile"


class PreconditionMissing(Refused):
    """A change of something two may edit must say which version it changes."""

    code = "if-match-required"


class TooManyAttempts(Unavailable):
    """Too many wrong passwords for one account."""

    code = "too-many-attempts"


class KeyReused(Invalid):
    """An Idempotency-Key came a second time with another request."""

    code = "idempotency-key-reused"


STATUS_OF: Final[Mapping[type[OnewindowError], HTTPStatus]] = {
    OnewindowError: HTTPStatus.INTERNAL_SERVER_ERROR,
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    Refused: HTTPStatus.CONFLICT,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    TaskChanged: HTTPStatus.PRECONDITION_FAILED,
    PreconditionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ModelRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedJson: HTTPStatus.BAD_REQUEST,
    LogoutRefused: HTTPStatus.BAD_REQUEST,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotJson: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ContentTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    KindRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    CodeMalformed: HTTPStatus.NOT_FOUND,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyApplications: HTTPStatus.TOO_MANY_REQUESTS,
}


_PROBING: Final = (
    Forbidden,
    TooManyAttempts,
    TooManyApplications,
    MalformedJson,
    BodyTooLarge,
    ContentTooLarge,
    KindRefused,
)
"""What somebody hears who tries the doors; also who errs, so that one alone says nothing and a hundred do."""


def status_of(kind: type[OnewindowError]) -> HTTPStatus:
    """The status of an error class: its own row, else that of the nearest class above it."""
    return next(STATUS_OF[parent] for parent in kind.__mro__ if parent in STATUS_OF)


def error_classes(root: type[OnewindowError] = OnewindowError) -> Iterator[type[OnewindowError]]:
    """Every error class that is loaded; tests walk them."""
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def note_probing(fault: OnewindowError) -> None:
    """Leave the code of an error in `g.probing` when it may be one of many tries, for the log of security."""
    if has_request_context() and isinstance(fault, _PROBING):
        g.probing = fault.code
