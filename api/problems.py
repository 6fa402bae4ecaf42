"""How the API tells errors: the problem document (RFC 9457).

The status is that of `door.statuses`; the `code` of the class names the problem's type. Nothing internal is ever told:
an unforeseen error is logged with the request's id, and the caller gets that id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Flask, Response, current_app, g, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from door.statuses import note_probing, status_of
from engine.diagnostics import ModelRefused
from engine.errors import Invalid, NotSignedIn, OnewindowError, Unavailable

MEDIA_TYPE: Final = "application/problem+json"

log = structlog.get_logger("onewindow.api")


_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read",
    HTTPStatus.UNAUTHORIZED: "Sign in first",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not possible here",
    HTTPStatus.NOT_ACCEPTABLE: "No such format",
    HTTPStatus.CONFLICT: "Refused in the present state",
    HTTPStatus.PRECONDITION_FAILED: "Changed meanwhile",
    HTTPStatus.PRECONDITION_REQUIRED: "Say which version you change",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Wrong kind of body",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something in the request is wrong",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now",
    HTTPStatus.INSUFFICIENT_STORAGE: "No room left",
}

_OF_HTTP: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("bad-request", "The request cannot be read.", "Compare it with the documentation at /api/v1/docs."),
    404: ("not-found", "There is nothing at this address.", "Compare it with the documentation at /api/v1/docs."),
    405: ("method-not-allowed", "This address does not take this method.", "Use one of the methods in Allow."),
    413: ("body-too-large", "The body is larger than allowed.", "Send less at once."),
    414: ("address-too-long", "The address is too long.", "Put less into the query."),
    415: ("unsupported-media-type", "The body is of a kind not taken here.", "Send application/json in UTF-8."),
    500: (
        "internal",
        "An unforeseen error happened; it was recorded.",
        "Repeat the request. If it stays, tell the operator the request id.",
    ),
}
"""What to say for errors of the web framework itself: code, detail, remedy."""


def problem(status: HTTPStatus, code: str, detail: str, remedy: str = "", **more: Any) -> Response:
    """A problem document as an answer."""
    document: dict[str, Any] = {
        "type": f"urn:onewindow:problem:{code}",
        "title": _TITLES.get(status, status.phrase),
        "status": int(status),
        "detail": detail,
        **({"remedy": remedy} if remedy else {}),
        **more,
    }
    request_id = g.get("request_id") if has_request_context() else None
    if request_id:
        document["instance"] = f"urn:onewindow:request:{request_id}"
    return Response(current_app.json.dumps(document), status=int(status), content_type=MEDIA_TYPE)


def of_error(fault: OnewindowError) -> Response:
    """The problem document of one of our own errors; `g.probing` is its code when it may be one of many tries."""
    status = status_of(type(fault))
    note_probing(fault)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _internal(fault)
    more: dict[str, Any] = {}
    if isinstance(fault, Invalid) and fault.places:
        more["places"] = [
            {"path": place.path, "message": place.message, "code": place.code} for place in fault.places[:200]
        ]
    if isinstance(fault, ModelRefused):
        more["diagnostics"] = [found.to_json() for found in fault.diagnostics[:500]]
    answer = problem(status, fault.code, fault.message, fault.remedy, **more)
    if isinstance(fault, Unavailable):
        answer.headers["Retry-After"] = str(fault.retry_after_seconds)
    if isinstance(fault, NotSignedIn):
        # Whoever showed a token hears that it is the token (RFC 6750, 3).
        why = ', error="invalid_token"' if has_request_context() and "Authorization" in request.headers else ""
        answer.headers["WWW-Authenticate"] = f'Bearer realm="onewindow"{why}'
    return answer


def of_http(fault: HTTPException) -> Response:
    """The problem document of an error of the web framework: no such address, wrong method, too large."""
    code = fault.code or 500
    if code < 400:
        return Response(status=code, headers=fault.get_headers())
    name, detail, remedy = _OF_HTTP.get(code, ("http", fault.description or HTTPStatus(code).phrase, ""))
    answer = problem(HTTPStatus(code), name, detail, remedy)
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
    return answer


def _internal(fault: BaseException) -> Response:
    log.error("unforeseen error", exc_info=fault, route=str(request.url_rule) if request.url_rule else None)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, *_OF_HTTP[500])


# the API's border: whatever was not foreseen ends here, logged
HANDLERS: Final[Mapping[type[Exception], Callable[[Any], Response]]] = {
    OnewindowError: of_error,
    HTTPException: of_http,
    Exception: _internal,
}
"""What tells each kind of error; the nearest kind counts."""


def register(app: Flask) -> None:
    """Make every error of an application a problem document."""
    for kind, tell in HANDLERS.items():
        app.register_error_handler(kind, tell)
