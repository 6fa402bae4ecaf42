"""Signing in and out in a browser. What is compared and kept is the same as over the API (`door.sign_in`)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import segno
from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _

from door.access import caller, session_cookie, set_session_cookie
from door.federation import checked_path
from door.session import came, refuse_other_sites, who
from door.sign_in import Proof, SignedIn, Way, WrongCredentials, WrongProof
from door.statuses import TooManyAttempts
from door.wiring import shared
from engine.casework.policy import Action
from engine.errors import Invalid
from portal.citizen.words import told
from portal.faults import Fault
from portal.pages import Pages, page

blueprint = Pages("sign_in", __name__)

_DIGITS_OF_APP: Final = 6


@blueprint.page("/sign-in", rule=Action.sign_in)
def begin() -> Response:
    """Ask for name and password, or for the provider that knows the person."""
    return _password_page(request.args.get("then"))


@blueprint.page("/sign-in", rule=Action.sign_in, methods=("POST",))
def sign_in() -> Any:
    """Begin a session, and go on where the person was bound for."""
    refuse_other_sites()
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    then = request.form.get("then")
    faults = [
        *([] if name else [Fault("name", _("Enter your user name"))]),
        *([] if password else [Fault("password", _("Enter your password"))]),
    ]
    if faults:
        return _password_page(then, name, faults)
    try:
        signed_in = shared().sessions.sign_in(name, password, came())
    except WrongCredentials:
        wrong = Fault("name", _("User name or password is wrong. Check both, and enter the password again."))
        return _password_page(then, name, [wrong])
    except TooManyAttempts as rests:
        minutes = max(1, round(rests.retry_after_seconds / 60))
        text = _("There were too many wrong tries. Try again in %(minutes)d minutes.", minutes=minutes)
        return _password_page(then, name, [Fault("name", text)], status=HTTPStatus.TOO_MANY_REQUESTS)
    if signed_in.is_whole:
        return _on_to(then, signed_in)
    step = "sign_in.second_factor" if signed_in.ways else "sign_in.offer_app"
    return _with_cookie(redirect(url_for(step, then=_safe(then)), HTTPStatus.SEE_OTHER), signed_in)


@blueprint.page("/sign-in/second-factor", rule=Action.prove_factor)
def second_factor() -> Any:
    """Ask for a code of the authenticator app, or a recovery code."""
    then = request.args.get("then")
    if not who().has_factor and not g.recognised.is_whole:
        return redirect(url_for("sign_in.offer_app", then=_safe(then)), HTTPStatus.SEE_OTHER)
    return _code_page(then)


@blueprint.page("/sign-in/second-factor", rule=Action.prove_factor, methods=("POST",))
def prove() -> Any:
    """Prove the second factor; the session gets a new secret."""
    then, code = request.form.get("then"), "".join(request.form.get("code", "").split())
    if not code:
        return _code_page(then, [Fault("code", _("Enter the code"))])
    way = Way.totp if code.isdigit() and len(code) == _DIGITS_OF_APP else Way.recovery_code
    try:
        signed_in = shared().factors.prove(who(), Proof(way=way, code=code[:100]))
    except WrongProof:
        wrong = Fault("code", _("This code is wrong or was used before. Wait for the next one, and enter that."))
        return _code_page(then, [wrong])
    except TooManyAttempts:
        text = _("There were too many wrong codes. Wait a few minutes, then try again.")
        return _code_page(then, [Fault("code", text)], status=HTTPStatus.TOO_MANY_REQUESTS)
    return _on_to(then, signed_in)


@blueprint.page("/sign-in/app", rule=Action.prove_factor)
def offer_app() -> Response:
    """Tell an official why a second factor is needed, before anything is made."""
    return page("sign_in/offer_app.html", title=_("Set up a second factor"), then=_safe(request.args.get("then")))


@blueprint.page("/sign-in/app", rule=Action.prove_factor, methods=("POST",))
def add_app() -> Any:
    """Make an authenticator app known, then confirm it by a code of its own."""
    then, factor = request.form.get("then"), request.form.get("factor")
    if factor is None:
        made = shared().factors.begin_app(who(), _("Authenticator app"))
        return _app_page(then, made.id, made.secret, made.uri)
    secret, uri = request.form.get("secret", "")[:100], request.form.get("uri", "")[:500]
    try:
        added = shared().factors.confirm_app(who(), factor[:26], "".join(request.form.get("code", "").split())[:20])
    except WrongProof:
        wrong = Fault("code", _("This code is wrong. Check the time of your phone, and enter the next code."))
        return _app_page(then, factor, secret, uri, [wrong])
    answer = page(
        "sign_in/recovery_codes.html",
        title=_("Keep your recovery codes"),
        codes=added.recovery_codes,
        then=_safe(then) or url_for("catalogue.home"),
    )
    return _with_cookie(answer, added.signed_in)


@blueprint.page("/sign-out", rule=Action.prove_factor, methods=("POST",))
def sign_out() -> Any:
    """End this session, here and at the identity provider that it began with."""
    actor, provider = caller(), g.recognised.provider
    if actor.session is not None:
        shared().sessions.end(actor.session, actor.account, actor)
    there = shared().federation.sign_out_address(provider) if provider is not None else None
    answer = redirect(there or url_for("catalogue.home"), HTTPStatus.SEE_OTHER)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    secure = shared().cookies_are_secure
    answer.delete_cookie(session_cookie(secure), path="/", httponly=True, samesite="Lax", secure=secure)
    return answer


def _password_page(
    then: str | None, name: str = "", faults: Sequence[Fault] = (), status: HTTPStatus | None = None
) -> Response:
    path = _safe(then)
    providers = [
        (told(one.title), f"/api/v1/session/oidc/{one.key}?return_to={path or url_for('catalogue.home')}")
        for one in shared().federation.choices()
    ]
    return page(
        "sign_in/password.html",
        title=_("Sign in"),
        then=path,
        name=name[:200],
        providers=providers,
        faults=faults,
        status=_status(faults, status),
    )


def _code_page(then: str | None, faults: Sequence[Fault] = (), status: HTTPStatus | None = None) -> Response:
    return page(
        "sign_in/code.html",
        title=_("Confirm that it is you"),
        then=_safe(then),
        faults=faults,
        status=_status(faults, status),
    )


def _app_page(then: str | None, factor: str, secret: str, uri: str, faults: Sequence[Fault] = ()) -> Response:
    picture = segno.make(uri, error="m").svg_inline(scale=4, omitsize=False) if uri.startswith("otpauth://") else ""
    return page(
        "sign_in/add_app.html",
        title=_("Add your authenticator app"),
        then=_safe(then),
        factor=factor,
        secret=secret,
        uri=uri,
        picture=picture,
        faults=faults,
        status=_status(faults),
    )


def _status(faults: Sequence[Fault], said: HTTPStatus | None = None) -> int:
    return int(said or (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK))


def _on_to(then: str | None, signed_in: SignedIn) -> Any:
    return _with_cookie(redirect(_safe(then) or url_for("catalogue.home"), HTTPStatus.SEE_OTHER), signed_in)


def _with_cookie(answer: Any, signed_in: SignedIn) -> Any:
    set_session_cookie(answer, signed_in.secret, secure=shared().cookies_are_secure)
    return answer


def _safe(then: str | None) -> str | None:
    """Where to go on, if it is a path of ours."""
    try:
        return checked_path(then) if then else None
    except Invalid:
        return None
