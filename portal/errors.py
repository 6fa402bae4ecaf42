"""How the portal tells errors: a page that says what happened and what to do, in the reader's language.

The status is that of `door.statuses`. What the core says is written for programs and engineers; people read here what
it means for them, by the code of the error, else by its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Flask, Response, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

from door.access import SecondFactorNeeded
from door.statuses import note_probing, status_of
from engine.errors import NotSignedIn, OnewindowError, Unavailable
from portal.pages import is_page, page

log = structlog.get_logger("onewindow.portal")

_TOLD: Final[Mapping[int, tuple[Any, Any]]] = {
    403: (
        _l("You cannot use this page"),
        _l("Your account does not have the right to it. If it should, ask the administrator of your agency."),
    ),
    404: (
        _l("Page not found"),
        _l("If you typed the web address, check it is correct. If you pasted it, check you copied all of it."),
    ),
    405: (_l("Page not found"), _l("Go back to the page before, and try again from there.")),
    409: (
        _l("This was changed meanwhile"),
        _l("Somebody, perhaps you in another window, was faster. Go back and load the page again."),
    ),
    413: (_l("This is too large"), _l("Send a smaller file, or a shorter text.")),
    422: (_l("Something in the form is wrong"), _l("Go back and check what you entered. Nothing was changed.")),
    429: (_l("Too many attempts"), _l("Wait a few minutes, then try again.")),
    500: (
        _l("Sorry, there is a problem with the service"),
        _l("It was recorded. Try again later; what you saved is kept."),
    ),
    503: (_l("Sorry, the service is busy"), _l("Try again in a minute; what you saved is kept.")),
}


def install(app: Flask, otherwise: Mapping[type[Exception], Callable[[Any], Response]]) -> None:
    """Tell errors of pages as pages; those of everything else as `otherwise` has it, by the kind of error."""

    def told(kind: type[Exception], tell: Callable[[Any], Any]) -> None:
        app.register_error_handler(kind, lambda fault: tell(fault) if is_page() else otherwise[kind](fault))

    told(OnewindowError, of_error)
    told(HTTPException, of_http)
    # the portal's border: whatever was not foreseen ends here, logged
    told(Exception, _internal)


def of_error(fault: OnewindowError) -> Any:
    """The page of one of our own errors; who is not signed in is sent to do so, and comes back."""
    note_probing(fault)
    if isinstance(fault, SecondFactorNeeded):
        return redirect(url_for("sign_in.second_factor", then=_here()), HTTPStatus.SEE_OTHER)
    if isinstance(fault, NotSignedIn):
        return redirect(url_for("sign_in.begin", then=_here()), HTTPStatus.SEE_OTHER)
    status = status_of(type(fault))
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _internal(fault)
    answer = error_page(status)
    if isinstance(fault, Unavailable):
        answer.headers["Retry-After"] = str(fault.retry_after_seconds)
    return answer


def of_http(fault: HTTPException) -> Response:
    """The page of an error of the web framework; where it sends the browser on, it does."""
    code = fault.code or 500
    if code < 400:
        return Response(status=code, headers=fault.get_headers())
    return error_page(HTTPStatus(code))


def error_page(status: HTTPStatus) -> Response:
    """A page that says what happened, and what to do."""
    title, text = _TOLD.get(status) or _TOLD[500 if status >= 500 else 422]
    return page("portal/error.html", title=str(title), text=str(text), status=int(status))


def _internal(fault: BaseException) -> Response:
    log.error("unforeseen error", exc_info=fault, route=str(request.url_rule) if request.url_rule else None)
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None
