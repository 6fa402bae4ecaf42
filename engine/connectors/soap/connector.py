"""Calls an operation of a listed SOAP service (1.1 or 1.2, document or RPC style, as its WSDL says).

A fault of the message (`Client`, `Sender`, or the service's own code) is a business error `soap-<code>`, for the model
to catch; `Server` and `Receiver` mean "later". A partner may ask for a WS-Security user name token instead of HTTP's
basic authentication: option `sign_in: username-token`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
from engine.connectors.exchange import Answer, Exchange, require_no_later
from engine.connectors.partners import Basic, ListedPartner, PartnerList
from engine.connectors.soap.service import SoapFault, SoapService, UnreadableService, UsernameToken
from engine.connectors.soap.settings import SoapSettings, missing_operation

SIGN_IN: Final = "sign_in"
PORT: Final = "port"
_TOKEN: Final = "username-token"  # noqa: S105 (a way to sign in)
_WITH_ENVELOPE: Final = frozenset({200, 201, 202, 400, 500})
"""Answers that may hold an envelope: faults of SOAP 1.1 come as 500, of 1.2 as 400 or 500."""


class SoapConnector:
    """The connector `soap`."""

    name: Final = "soap"

    def __init__(self, exchange: Exchange, secret: SecretResolver, partners: PartnerList | None = None) -> None:
        """Reads the WSDL file of each partner. Raises UnreadableService with the partner's name."""
        self._exchange = exchange
        self._secret = secret
        self._partners = partners or PartnerList()
        self._services = {partner.name: _service(partner) for partner in self._partners}
        known = {name: service.operations for name, service in self._services.items()}
        self.settings = SoapSettings(partners=self._partners, operations=known)

    def call(self, request: JobRequest) -> JobOutcome:
        """One call."""
        name, operation = request.headers.get("partner", ""), request.headers.get("operation", "")
        partner = self._partners.get(name)
        if partner is None:
            raise PartnerRefused(
                self._partners.missing(name), remedy="An operator lists it, then retries the incident."
            )
        service = self._services[name]
        if operation not in service.operations:
            raise PartnerRefused(
                missing_operation(name, operation, service.operations), remedy="Deploy a model that names one."
            )
        try:
            found = service.call(
                operation, _parameters(request), lambda *sent: self._post(partner, request, *sent), self._token(partner)
            )
        except SoapFault as fault:
            return _refused(fault)
        result = request.headers.get("resultVariable")
        return Success(variables={result: found} if result else {})

    def check(self) -> None:
        """Prove that every partner's secrets are set. Raises PartnerRefused, PartnerUnavailable."""
        for partner in self._partners:
            if partner.authentication is not None:
                partner.authentication.headers(self._exchange, self._secret)

    def _post(
        self, partner: ListedPartner, request: JobRequest, envelope: bytes, protocol: Mapping[str, str]
    ) -> Answer:
        headers = {
            **protocol,
            "Accept": "text/xml, application/soap+xml",
            "Idempotency-Key": request.idempotency_key,
            "X-Request-Id": request.request_id,
        }
        if request.case_number:
            headers["X-Issue"] = request.case_number
        signed_in = partner if _token_of(partner) is None else partner.without_authentication()
        answer = signed_in.send(
            self._exchange, self._secret, "POST", "", headers=headers, content=envelope, as_it_is=True
        )
        if answer.status not in _WITH_ENVELOPE or (answer.status >= 400 and not _is_xml(answer)):
            require_no_later(answer)
            raise PartnerRefused(
                f"{answer.partner} refused the call with status {answer.status}.",
                remedy="Compare address and sign-in of the partner with what it asks for.",
            )
        return answer

    def _token(self, partner: ListedPartner) -> UsernameToken | None:
        basic = _token_of(partner)
        if basic is None:
            return None
        password = self._secret(basic.password)
        if password is None:
            raise PartnerRefused(
                f"The secret {basic.password!r:.80} is not set.",
                remedy="An operator sets it, then retries the incident.",
            )
        return UsernameToken(basic.user, password, use_digest=True)


def _token_of(partner: ListedPartner) -> Basic | None:
    """User and password of a partner that wants them in the message."""
    wanted = partner.options.get(SIGN_IN) == _TOKEN
    return partner.authentication if wanted and isinstance(partner.authentication, Basic) else None


def _service(partner: ListedPartner) -> SoapService:
    if partner.description is None:
        raise UnreadableService(
            f"The partner {partner.name} is of the kind soap and names no `wsdl`.",
            remedy="Write `wsdl: file.wsdl` in the file of ONEWINDOW_PARTNERS.",
        )
    try:
        return SoapService(partner.description, partner.options.get(PORT))
    except UnreadableService as fault:
        raise UnreadableService(f"Partner {partner.name}: {fault.message}", remedy=fault.remedy) from fault


def _parameters(request: JobRequest) -> Mapping[str, Json]:
    name = request.headers.get("bodyVariable")
    if name is None:
        return request.variables
    value = request.variables.get(name)
    if not isinstance(value, dict):
        raise PartnerRefused(
            f"Expected the variable {name!r:.80} to be a context of parameters.",
            remedy="Set it by an input mapping of the task, then retry the incident.",
        )
    return value


def _refused(fault: SoapFault) -> BusinessError:
    """What a fault means to the model; its text stays out of messages, for it may name a person."""
    if not fault.is_ours:
        raise PartnerUnavailable(f"{fault.partner} answered with a fault of its own ({fault.code}).")
    code = "".join(sign for sign in fault.code if sign.isalnum() or sign in "-_.")
    return BusinessError(code=f"soap-{code}", message=f"{fault.partner} answered with the fault {code}.")


def _is_xml(answer: Answer) -> bool:
    return "xml" in answer.headers.get("Content-Type", "")
