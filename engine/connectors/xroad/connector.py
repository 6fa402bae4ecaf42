"""Calls services of other agencies over X-Road, through our own security server.

A client error of the provider (4xx) is a business error `http-404`, `http-422` ..., for the model to catch. An error of
X-Road itself never is: it is tried again, or becomes an incident with what to do (`engine.connectors.xroad.errors`).
With `purpose` and `legalBasis` the call is a look-up, and its receipt carries what names the signed message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    LookupReceipt,
    PartnerRefused,
    Success,
)
from engine.connectors.exchange import Answer, Exchange
from engine.connectors.http.connector import body_of, problem_of, with_query
from engine.connectors.places import filled
from engine.connectors.xroad.message import RoadService
from engine.connectors.xroad.server import SecurityServer
from engine.connectors.xroad.settings import XroadSettings, road_service

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


class XroadConnector:
    """The connector `xroad`."""

    name: Final = "xroad"

    def __init__(self, servers: Sequence[SecurityServer], exchange: Exchange) -> None:
        """`exchange` must allow the hosts of the security servers."""
        self._servers = tuple(servers)
        self._exchange = exchange
        self.settings = XroadSettings(servers=self._servers)

    def call(self, request: JobRequest) -> JobOutcome:
        """One message. 2xx is success, 4xx of the provider a business error."""
        service = road_service(self._servers, request.headers)
        method = request.headers.get("method", "GET")
        path = with_query(filled(request.headers.get("path", ""), request.variables), request)
        content = body_of(request) if method in _WITH_BODY else None
        headers = look_up_headers(request)
        if content is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        answer = service.ask(
            self._exchange, method, path, request, key=request.idempotency_key, headers=headers, content=content
        )
        if answer.status >= 400:
            name = request.headers.get("problemVariable")
            return BusinessError(
                code=f"http-{answer.status}",
                message=f"{service.service} answered with status {answer.status}.",
                variables={name: {"status": answer.status, "body": problem_of(answer)}} if name else {},
            )
        name = request.headers.get("resultVariable")
        value = answer.json() if name is not None and answer.body.strip() else None
        return Success(variables={} if name is None else {name: value}, lookup=_receipt(service, request, answer))

    def check(self) -> None:
        """Ask every security server who takes part, and find ourselves. Raises PartnerRefused, PartnerUnavailable."""
        for server in self._servers:
            check_server(server, self._exchange)


def check_server(server: SecurityServer, exchange: Exchange) -> None:
    """Prove address, certificate and identity, without a message to anybody. Raises as `Connector.check`."""
    answer = exchange.send("GET", f"{server.url}/listClients", tls=server.tls)
    told = answer.json() if answer.body.strip() else {}
    members = told.get("member") if isinstance(told, dict) else None
    if not isinstance(members, list):
        return
    ours = {
        "xroad_instance": server.client.instance,
        "member_class": server.client.member_class,
        "member_code": server.client.member_code,
        "subsystem_code": server.client.subsystem,
    }
    for one in members:
        id = one.get("id") if isinstance(one, dict) else None
        if isinstance(id, dict) and all(id.get(name) == value for name, value in ours.items()):
            return
    raise PartnerRefused(
        f"The security server {server.name} does not know {server.client}.",
        remedy="Register the client at the security server, or correct `client` in the operator's list of partners.",
    )


def look_up_headers(request: JobRequest) -> dict[str, str]:
    """Why it is asked, for the provider; nothing where the task does not say."""
    told = {"X-Purpose": request.headers.get("purpose"), "X-Legal-Basis": request.headers.get("legalBasis")}
    return {name: value for name, value in told.items() if value}


def _receipt(service: RoadService, request: JobRequest, answer: Answer) -> LookupReceipt | None:
    if "purpose" not in request.headers:
        return None
    return LookupReceipt(
        register=str(service.service),
        operation=f"{request.headers.get('method', 'GET')} {request.headers.get('path', '')}".strip(),
        purpose=request.headers["purpose"],
        legal_basis=request.headers.get("legalBasis", ""),
        request_id=request.request_id,
        digest=hashlib.sha256(answer.body).hexdigest(),
        proof=service.proof(answer),
    )
