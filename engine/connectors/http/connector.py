"""Calls a JSON service over HTTP: an operation of a listed partner, or an address on a listed host.

A model names the partner and what is asked; address, keys and certificates are the operator's, as
`engine.connectors.partners` has them. Without a partner only hosts that ask for no sign-in can be called. A client
error (4xx) is a business error `http-404`, `http-422` ..., for the model to catch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from engine.connectors.answers import read_json
from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    Json,
    PartnerRefused,
    PartnerUnavailable,
    SecretResolver,
    Success,
)
from engine.connectors.exchange import AllowedHosts, Answer, Exchange
from engine.connectors.http.settings import HttpSettings, host_of, missing_operation
from engine.connectors.partners import ListedPartner, Operation, PartnerList
from engine.connectors.partners.operations import query_text
from engine.connectors.places import filled

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_OURS: Final = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "host", "content-length", "transfer-encoding", "connection",
        "te", "trailer", "upgrade", "expect", "accept-encoding", "idempotency-key", "x-request-id", "x-issue",
        "traceparent", "x-api-key", "content-type",
    }
)  # fmt: skip
"""Headers no variable may set: they say who we are, or how the message is framed."""
_MOST_HEADERS: Final = 20
_LONGEST_HEADER: Final = 1_000


class HttpConnector:
    """The connector `http`."""

    name: Final = "http"

    def __init__(
        self,
        exchange: Exchange,
        secret: SecretResolver,
        partners: PartnerList | None = None,
        hosts: AllowedHosts | None = None,
    ) -> None:
        """`hosts` may be called by their address; `exchange` must allow them and the partners' hosts."""
        self._exchange = exchange
        self._secret = secret
        self._partners = partners or PartnerList()
        self._hosts = hosts or AllowedHosts()
        self.settings = HttpSettings(partners=self._partners, hosts=self._hosts)

    def call(self, request: JobRequest) -> JobOutcome:
        """One call. 2xx is success, 4xx a business error, all else is tried again."""
        answer = self._to_partner(request) if "partner" in request.headers else self._to_address(request)
        if answer.status >= 300:
            name = request.headers.get("problemVariable")
            return BusinessError(
                code=f"http-{answer.status}",
                message=f"{answer.partner} answered with status {answer.status}.",
                variables={name: {"status": answer.status, "body": problem_of(answer)}} if name else {},
            )
        name = request.headers.get("resultVariable")
        if name is None:
            return Success()
        return Success(variables={name: answer.json() if answer.body.strip() else None})

    def check(self) -> None:
        """Prove that every partner takes our sign-in, by fetching tokens. Raises PartnerRefused, PartnerUnavailable."""
        for partner in self._partners:
            if partner.authentication is not None:
                partner.authentication.headers(self._exchange, self._secret)

    def _to_partner(self, request: JobRequest) -> Answer:
        name = request.headers["partner"]
        partner = self._partners.get(name)
        if partner is None:
            raise PartnerRefused(
                self._partners.missing(name), remedy="An operator lists it, then retries the incident."
            )
        asked = _operation(partner, request)
        path = with_query(asked.address(request.variables), request)
        content = body_of(request) if asked.takes_body else None
        headers = _harmless(asked.headers(request.variables)) | _headers(request, content)
        return partner.send(self._exchange, self._secret, asked.method, path, headers=headers, content=content)

    def _to_address(self, request: JobRequest) -> Answer:
        template = request.headers.get("url", "")
        host = host_of(template)
        if host is None or not self._hosts.holds(host):
            raise PartnerRefused(
                f"The host {getattr(host, 'host', '')!r:.100} may not be called.",
                remedy="An operator lists hosts in ONEWINDOW_HTTP_HOSTS; a model cannot.",
            )
        method = request.headers.get("method", "GET")
        content = body_of(request) if method in _WITH_BODY else None
        address = with_query(filled(template, request.variables), request)
        return self._exchange.send(method, address, headers=_headers(request, content), content=content)


def _operation(partner: ListedPartner, request: JobRequest) -> Operation:
    """What is called: an operation of the partner's document, or the method and path that the model gives."""
    name = request.headers.get("operation")
    if name is None:
        method = request.headers.get("method", "GET")
        path = request.headers.get("path", "")
        return Operation(id="", method=method, path=path, takes_body=method in _WITH_BODY)
    operation = partner.operations.get(name)
    if operation is None:
        raise PartnerRefused(missing_operation(partner, name), remedy="Deploy a model that names one it offers.")
    return operation


def with_query(address: str, request: JobRequest) -> str:
    """The address with the entries of the variable in `queryVariable`. Raises PartnerRefused."""
    values = _entries(request, "queryVariable")
    pairs = [
        (name, query_text(each, name))
        for name, value in values.items()
        if value is not None
        for each in (value if isinstance(value, list) else [value])
    ]
    return address + ("&" if "?" in address else "?") + urlencode(pairs) if pairs else address


def _headers(request: JobRequest, content: bytes | None) -> dict[str, str]:
    values = _entries(request, "headersVariable")
    headers = _harmless({name: query_text(value, name) for name, value in values.items() if value is not None})
    headers |= {"Idempotency-Key": request.idempotency_key, "X-Request-Id": request.request_id}
    if request.case_number:
        headers["X-Issue"] = request.case_number
    if content is not None:
        headers["Content-Type"] = "application/json"
    return headers


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that variables gave. Raises PartnerRefused for those that are not theirs to give."""
    for name, value in headers.items():
        if name.lower() in _OURS or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise PartnerRefused(
                f"A variable may not set the header {name!r:.60}.",
                remedy="Keys and framing are not the model's; an operator lists the partner with its sign-in.",
            )
        if len(value) > _LONGEST_HEADER:
            raise PartnerRefused(f"The header {name!r:.60} is longer than {_LONGEST_HEADER} characters.")
    if len(headers) > _MOST_HEADERS:
        raise PartnerRefused(f"Expected at most {_MOST_HEADERS} headers, found {len(headers)}.")
    return dict(headers)


def _entries(request: JobRequest, header: str) -> Mapping[str, Json]:
    """The context in the variable that a header names; nothing without the header."""
    name = request.headers.get(header)
    if name is None:
        return {}
    value = request.variables.get(name)
    if not isinstance(value, dict):
        raise PartnerRefused(
            f"Expected the variable {name!r:.80} to be a context of names and values.",
            remedy="Set it by an input mapping of the task, then retry the incident.",
        )
    return value


def problem_of(answer: Answer) -> Json:
    """The body of a refusal, as far as it can be read."""
    try:
        return read_json(answer.body, answer.partner) if answer.body.strip() else None
    except PartnerUnavailable:
        return None


def body_of(request: JobRequest) -> bytes:
    """The variable in `bodyVariable`, or all variables of the task, as JSON. Raises PartnerRefused."""
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
