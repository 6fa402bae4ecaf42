"""Asks a state register what the state already knows, and tells it what was decided.

Addresses and keys come from the operator's settings: a model names the register only. Purpose and legal basis travel
with each call and stand in the receipt that becomes the evidence's provenance (GDPR, Art. 6(1)(c) and (e), asks that
each look-up has one). A register that knows nobody of that number gives the business error `no-record`, or null when
the model says `missing: null`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.connectors.contract import (
    RESULT_VARIABLE,
    BusinessError,
    JobOutcome,
    JobRequest,
    LookupReceipt,
    PartnerRefused,
    SecretResolver,
    Setting,
    SettingsSchema,
    Success,
)
from engine.connectors.exchange import Answer, Exchange
from engine.connectors.http.connector import to_bytes
from engine.connectors.places import filled

_NO_RECORD: Final = "no-record"
_OPERATION: Final = "(?:GET|POST) /[^\\s{}]*(?:\\{\\w+\\}[^\\s{}]*)*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where a register answers."""

    name: str
    url: str
    """Base address, without a slash at the end."""
    key_reference: str | None = None
    """Name of the secret sent as X-Api-Key; None where the register asks for none."""


class RegisterConnector:
    """The connector `register`."""

    name: Final = "register"
    settings: Final = SettingsSchema(
        (
            Setting(
                name="register",
                description="name of the register in the operator's settings.",
                required=True,
                pattern="[a-z0-9][a-z0-9-]*",
                example="population",
            ),
            Setting(
                name="operation",
                description="what is called: method and path, {name} stands for a variable.",
                required=True,
                pattern=_OPERATION,
                example="GET /persons/{pin}",
            ),
            Setting(
                name="purpose", description="why the data are needed.", required=True, example="driving-licence-renewal"
            ),
            Setting(
                name="legalBasis",
                description="the article that allows the look-up.",
                required=True,
                example="Law on Road Traffic, art. 30",
            ),
            RESULT_VARIABLE,
            Setting(
                name="bodyVariable",
                description="the variable sent with POST; all variables of the task without it.",
                pattern="[^\\W\\d]\\w*",
            ),
            Setting(
                name="missing",
                description="what no record means: an `error` to catch (no-record), or `null` as the answer.",
                choices=("error", "null"),
            ),
        )
    )

    def __init__(self, registers: Iterable[Register], exchange: Exchange, secret: SecretResolver) -> None:
        self._registers: Mapping[str, Register] = {register.name: register for register in registers}
        self._exchange = exchange
        self._secret = secret

    def call(self, request: JobRequest) -> JobOutcome:
        """One look-up or entry."""
        register = self._register(request.headers.get("register", ""))
        method, _, template = request.headers.get("operation", "").partition(" ")
        if method not in ("GET", "POST") or not template.startswith("/"):
            raise PartnerRefused(
                "Expected the header `operation` as a method and a path.",
                remedy="Write for example GET /persons/{pin}.",
            )
        content = _body(request) if method == "POST" else None
        answer = self._exchange.send(
            method,
            register.url + filled(template, request.variables),
            headers=self._headers(register, request, content),
            content=content,
        )
        return self._outcome(register, request, answer)

    def check(self) -> None:
        """Ask every register for its root. Raises PartnerUnavailable, or PartnerRefused when a key is missing."""
        for register in self._registers.values():
            self._exchange.send("GET", register.url + "/", headers=self._key_of(register))

    def _register(self, name: str) -> Register:
        if name not in self._registers:
            raise PartnerRefused(
                f"There is no register {name!r:.80} in the settings.",
                remedy=f"Known: {', '.join(sorted(self._registers)) or 'none'}. An operator sets its address.",
            )
        return self._registers[name]

    def _outcome(self, register: Register, request: JobRequest, answer: Answer) -> JobOutcome:
        name = request.headers.get("resultVariable")
        if answer.status == 404 and _is_no_record(answer):
            if request.headers.get("missing") == "null":
                return Success(variables={name: None} if name else {}, lookup=_receipt(request, answer))
            return BusinessError(code=_NO_RECORD, message=f"The register {register.name} has no record.")
        if answer.status >= 300:
            raise PartnerRefused(
                f"The register {register.name} refused the call with status {answer.status}.",
                remedy="Compare the operation, its variables and the key with the register's description.",
            )
        value = answer.json() if answer.body.strip() else None
        return Success(variables={name: value} if name else {}, lookup=_receipt(request, answer))

    def _key_of(self, register: Register) -> dict[str, str]:
        if register.key_reference is None:
            return {}
        key = self._secret(register.key_reference)
        if key is None:
            raise PartnerRefused(
                f"The secret {register.key_reference!r:.80} of the register {register.name} is not set.",
                remedy="An operator sets it, then retries the incident.",
            )
        return {"X-Api-Key": key}

    def _headers(self, register: Register, request: JobRequest, content: bytes | None) -> dict[str, str]:
        headers = self._key_of(register) | {
            "Idempotency-Key": request.idempotency_key,
            "X-Request-Id": request.request_id,
            "X-Purpose": request.headers.get("purpose", ""),
            "X-Legal-Basis": request.headers.get("legalBasis", ""),
        }
        if request.case_number:
            headers["X-Issue"] = request.case_number
        if content is not None:
            headers["Content-Type"] = "application/json"
        return headers


def _is_no_record(answer: Answer) -> bool:
    """A 404 of the register itself, not of a wrong address: its problem says `no-record`, or it says nothing at all."""
    if not answer.body.strip():
        return True
    if not answer.body.lstrip().startswith(b"{"):
        return False
    problem = answer.json()
    return isinstance(problem, dict) and problem.get("code", _NO_RECORD) == _NO_RECORD


def _body(request: JobRequest) -> bytes:
    name = request.headers.get("bodyVariable")
    if name is not None and name not in request.variables:
        raise PartnerRefused(
            f"There is no variable {name!r:.80} to send.", remedy="Set it by an input mapping of the task."
        )
    return to_bytes(dict(request.variables) if name is None else request.variables[name])


def _receipt(request: JobRequest, answer: Answer) -> LookupReceipt:
    return LookupReceipt(
        register=request.headers.get("register", ""),
        operation=request.headers.get("operation", ""),
        purpose=request.headers.get("purpose", ""),
        legal_basis=request.headers.get("legalBasis", ""),
        request_id=request.request_id,
        digest=hashlib.sha256(answer.body).hexdigest(),
    )
