"""Calls a JSON service over HTTP. A model gives method and address; the operator says which hosts may be called.

The body of POST, PUT and PATCH is the variable named by `bodyVariable`, else all variables the task sees. A client
error (4xx) is a business error `http-404`, `http-422` ..., for the model to catch.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from engine.connectors.contract import (
    RESULT_VARIABLE,
    BusinessError,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    SecretResolver,
    Setting,
    SettingsSchema,
    Success,
)
from engine.connectors.exchange import Exchange
from engine.connectors.places import filled

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


class HttpConnector:
    """The connector `http`."""

    name: Final = "http"
    settings: Final = SettingsSchema(
        (
            Setting(
                name="method",
                description="the method of the call.",
                required=True,
                choices=("GET", "POST", "PUT", "PATCH", "DELETE"),
            ),
            Setting(
                name="url",
                description="the address; {name} stands for a variable.",
                required=True,
                pattern="https?://[^\\s{}]+(?:\\{\\w+\\}[^\\s{}]*)*",
                example="https://api.example.gov/v1/parcels/{parcel}",
            ),
            Setting(name="bodyVariable", description="the variable that is sent.", pattern="[^\\W\\d]\\w*"),
            Setting(
                name="apiKey",
                description="name of the secret that is sent as X-Api-Key.",
                pattern="[a-z0-9][a-z0-9-]*",
                example="cadastre-key",
            ),
            RESULT_VARIABLE,
        )
    )

    def __init__(self, exchange: Exchange, secret: SecretResolver) -> None:
        self._exchange = exchange
        self._secret = secret

    def call(self, request: JobRequest) -> JobOutcome:
        """One call. 2xx is success, 4xx a business error, all else is tried again."""
        method = request.headers.get("method", "GET")
        address = filled(request.headers.get("url", ""), request.variables)
        content = _body(request) if method in _WITH_BODY else None
        answer = self._exchange.send(method, address, headers=self._headers(request, content), content=content)
        if answer.status >= 300:
            return BusinessError(
                code=f"http-{answer.status}", message=f"{answer.partner} answered with status {answer.status}."
            )
        name = request.headers.get("resultVariable")
        if name is None:
            return Success()
        return Success(variables={name: answer.json() if answer.body.strip() else None})

    def check(self) -> None:
        """Nothing to prove: each call names its own address, and hosts are checked then."""

    def _headers(self, request: JobRequest, content: bytes | None) -> dict[str, str]:
        headers = {"Idempotency-Key": request.idempotency_key, "X-Request-Id": request.request_id}
        if request.case_number:
            headers["X-Issue"] = request.case_number
        if content is not None:
            headers["Content-Type"] = "application/json"
        reference = request.headers.get("apiKey")
        if reference is not None:
            key = self._secret(reference)
            if key is None:
                raise PartnerRefused(
                    f"The secret {reference!r:.80} is not set.",
                    remedy="An operator sets it, then retries the incident.",
                )
            host = urlsplit(request.headers.get("url", "")).netloc
            if "{" in host:
                raise PartnerRefused(
                    "A key is never sent to a host that a variable names.",
                    remedy="Write the host into the header `url`.",
                )
            headers["X-Api-Key"] = key
        return headers


def _body(request: JobRequest) -> bytes:
    name = request.headers.get("bodyVariable")
    if name is None:
        value: Any = dict(request.variables)
    elif name in request.variables:
        value = request.variables[name]
    else:
        raise PartnerRefused(
            f"There is no variable {name!r:.80} to send.", remedy="Set it by an input mapping of the task."
        )
    return to_bytes(value)


def to_bytes(value: Any) -> bytes:
    """JSON as UTF-8, with the fractions' digits as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"expected plain JSON, found {type(value).__name__}")
