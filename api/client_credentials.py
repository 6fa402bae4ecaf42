"""`POST /token`: programs that speak OAuth 2 get a short-lived token for their API token (RFC 6749, 4.4).

Answers are those of the standard, refusals included (5.1, 5.2): its clients know no others.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_plus

from flask import Response, jsonify, request

from api.grants import GrantRefused
from api.operation import Noun
from api.schemas.client_credentials import IssuedTokenSchema, OAuthErrorSchema
from api.wiring import services
from door.json_door import NotJson
from engine.casework.policy import Action

blueprint = Noun("token", __name__, description="Short-lived tokens for programs (OAuth 2).")

_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST: Final = 2_000
_BODY: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {
        _FORM: {
            "schema": {
                "type": "object",
                "properties": {
                    "grant_type": {"type": "string", "enum": ["client_credentials"]},
                    "scope": {"type": "string", "description": "Scopes parted by blanks; all of the token without."},
                    "client_id": {"type": "string", "description": "The key of an API token, if not in the header."},
                    "client_secret": {"type": "string", "description": "The API token, if not in the header."},
                },
                "required": ["grant_type"],
            }
        }
    },
}


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": OAuthErrorSchema}}}


@blueprint.operation(
    "POST",
    "",
    rule=Action.sign_in,
    summary="Get a short-lived token",
    answer=IssuedTokenSchema,
    documentation={
        "requestBody": _BODY,
        "responses": {"400": _refusal("Something is wrong with the request"), "401": _refusal("Unknown client")},
    },
)
def issue() -> Response:
    """A token of 15 minutes for an API token (OAuth 2, client credentials), whose key and secret are the client's.

    They come in the header (Basic) or in the form. The new token can do no more than the API token, and ends with it.
    """
    if request.mimetype != _FORM:
        raise NotJson(f"Expected {_FORM}.", remedy="Send grant_type=client_credentials in a form.")
    try:
        client, secret = _client()
        if _said("grant_type") != "client_credentials":
            raise GrantRefused("unsupported_grant_type", "Expected grant_type=client_credentials.")
        words = _said("scope").split()
        issued = services().client_credentials.issue(client, secret, tuple(words) or None)
    except GrantRefused as refused:
        return _refused(refused)
    answer = jsonify(
        {
            "access_token": issued.token,
            "token_type": "Bearer",
            "expires_in": issued.seconds,
            "scope": " ".join(issued.scopes or ()),
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _said(name: str) -> str:
    """A parameter of the form, which stands there once (RFC 6749, 3.2). Raises GrantRefused."""
    values = request.form.getlist(name)
    if len(values) > 1 or any(len(value) > _LONGEST for value in values):
        raise GrantRefused("invalid_request", f"The parameter {name} stands twice, or is too long.")
    return values[0] if values else ""


def _client() -> tuple[str, str]:
    """Who asks, by one way of showing it (RFC 6749, 2.3). Raises GrantRefused."""
    header, in_form = request.headers.get("Authorization"), (_said("client_id"), _said("client_secret"))
    if header is None:
        return in_form
    if in_form[1]:
        raise GrantRefused("invalid_request", "The client shows its secret twice: in the header and in the form.")
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8") if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        pair = ""
    client, _, secret = pair.partition(":")
    return unquote_plus(client), unquote_plus(secret)


def _refused(refused: GrantRefused) -> Response:
    answer = jsonify({"error": refused.error, "error_description": refused.message})
    answer.headers["Cache-Control"] = "no-store"
    answer.status_code = HTTPStatus.BAD_REQUEST
    if refused.error == "invalid_client":
        answer.status_code = HTTPStatus.UNAUTHORIZED
        answer.headers["WWW-Authenticate"] = 'Basic realm="onewindow"'
    return answer
