"""Asks a state register what the state already knows, and tells it what was decided.

Addresses and keys come from the operator's settings: a model names the register only. Purpose and legal basis travel
with each call and stand in the receipt that becomes the evidence's provenance (GDPR, Art. 6(1)(c) and (e), asks that
each look-up has one). A register that knows nobody of that number gives the business error `no-record`, or null when
the model says `missing: null`.

A register answers at an address of its own, or as a service of X-Road behind our security server: which it is, the
operator says, and models stay the same. What comes over X-Road brings the names of the signed message along.

A GET is a look-up: the book of answers (`AnswerBook`) sees to it that one question in one case is one fetch, after a
crash and with any number of workers. A POST is an entry: each job makes it once, by its own idempotency key.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from engine.casework.evidence import MessageProof
from engine.casework.lookup import ASKING_FOR, LookupAnswer, Question, Turn
from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    LookupReceipt,
    PartnerRefused,
    PartnerUnavailable,
    SecretResolver,
    Success,
)
from engine.connectors.exchange import Answer, Exchange
from engine.connectors.http.connector import to_bytes
from engine.connectors.places import filled
from engine.connectors.register.settings import NO_RECORD, RegisterSettings
from engine.connectors.xroad.connector import check_server, look_up_headers
from engine.connectors.xroad.message import RoadService

_LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where a register answers."""

    name: str
    url: str = ""
    """Base address, without a slash at the end; empty for one that is reached over X-Road."""
    over: RoadService | None = None
    """The service of X-Road that it is; None where it answers at its own address."""
    key_reference: str | None = None
    """Name of the secret sent as X-Api-Key; None where the register asks for none."""
    valid_for: timedelta | None = None
    """How long an answer serves further cases of the same person; None serves the case it was fetched for alone."""


class AnswerBook(Protocol):
    """Where answers are kept, and who may ask is settled: `engine.runtime.ask_register`."""

    def take_turn(self, question: Question) -> Turn:
        """The answer, or whether this job may ask."""
        ...

    def keep(
        self, question: Question, status: int, body: str, valid_for: timedelta | None, proof: MessageProof | None
    ) -> LookupAnswer:
        """Keep an answer; gives the one that holds."""
        ...

    def let_go(self, question: Question) -> None:
        """There was no answer."""
        ...


class RegisterConnector:
    """The connector `register`."""

    name: Final = "register"

    def __init__(
        self,
        registers: Iterable[Register],
        exchange: Exchange,
        secret: SecretResolver,
        book: AnswerBook | None = None,
    ) -> None:
        """Without a `book`, as for one who tries a register out, each call is a fetch."""
        self._registers: Mapping[str, Register] = {register.name: register for register in registers}
        self.settings = RegisterSettings(registers=frozenset(self._registers))
        self._exchange = exchange
        self._secret = secret
        self._book = book

    def call(self, request: JobRequest) -> JobOutcome:
        """One look-up or entry."""
        register = self._register(request.headers.get("register", ""))
        method, _, template = request.headers.get("operation", "").partition(" ")
        if method not in ("GET", "POST") or not template.startswith("/"):
            raise PartnerRefused(
                "Expected the header `operation` as a method and a path.",
                remedy="Write for example GET /persons/{pin}.",
            )
        path = filled(template, request.variables)
        if method == "GET" and self._book is not None:
            return self._looked_up(self._book, register, request, path)
        answer = self._fetch(register, request, method, path, request.idempotency_key)
        return self._outcome(register, request, answer, _receipt(request, answer, _proof(register, answer)))

    def _looked_up(self, book: AnswerBook, register: Register, request: JobRequest, path: str) -> JobOutcome:
        """The answer to a question, fetched unless the case has it."""
        question = Question(
            job_id=request.job_id,
            register=register.name,
            operation=request.headers.get("operation", ""),
            path=path,
            purpose=request.headers.get("purpose", ""),
            legal_basis=request.headers.get("legalBasis", ""),
            asks_again=request.headers.get("ask") == "again",
        )
        turn = _turn(book, question)
        kept = turn.answer
        if kept is None:
            kept = self._asked(book, register, request, question, turn.idempotency_key)
        answer = Answer(status=kept.status or 0, body=kept.body.encode(), partner=register.name)
        return self._outcome(register, request, answer, _receipt(request, answer, kept.proof, kept))

    def _asked(
        self, book: AnswerBook, register: Register, request: JobRequest, question: Question, key: str
    ) -> LookupAnswer:
        try:
            answer = self._fetch(register, request, "GET", question.path, key)
            self._outcome(register, request, answer, None)  # raises for what is no answer: it is not kept
        except (PartnerRefused, PartnerUnavailable):
            book.let_go(question)
            raise
        body = answer.body.decode("utf-8", "replace")
        return book.keep(question, answer.status, body, register.valid_for, _proof(register, answer))

    def _fetch(self, register: Register, request: JobRequest, method: str, path: str, key: str) -> Answer:
        content = _body(request) if method == "POST" else None
        if register.over is not None:
            headers = look_up_headers(request)
            if content is not None:
                headers["Content-Type"] = "application/json; charset=utf-8"
            return register.over.ask(self._exchange, method, path, request, key=key, headers=headers, content=content)
        return self._exchange.send(
            method, register.url + path, headers=self._headers(register, request, key, content), content=content
        )

    def check(self) -> None:
        """Ask every register for its root. Raises PartnerUnavailable, or PartnerRefused when a key is missing.

        Those behind X-Road answer for themselves nowhere: the security server is asked instead.
        """
        for register in self._registers.values():
            if register.over is not None:
                check_server(register.over.server, self._exchange)
                continue
            self._exchange.send("GET", register.url + "/", headers=self._key_of(register))

    def _register(self, name: str) -> Register:
        if name not in self._registers:
            raise PartnerRefused(
                f"There is no register {name!r:.80} in the settings.",
                remedy=f"Known: {', '.join(sorted(self._registers)) or 'none'}. An operator sets its address.",
            )
        return self._registers[name]

    def _outcome(
        self, register: Register, request: JobRequest, answer: Answer, receipt: LookupReceipt | None
    ) -> JobOutcome:
        name = request.headers.get("resultVariable")
        if answer.status == 404 and _is_no_record(answer):
            if request.headers.get("missing") == "null":
                return Success(variables={name: None} if name else {}, lookup=receipt)
            return BusinessError(code=NO_RECORD, message=f"The register {register.name} has no record.")
        if answer.status >= 300:
            raise PartnerRefused(
                f"The register {register.name} refused the call with status {answer.status}.",
                remedy="Compare the operation, its variables and the key with the register's description.",
            )
        value = answer.json() if answer.body.strip() else None
        return Success(variables={name: value} if name else {}, lookup=receipt)

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

    def _headers(self, register: Register, request: JobRequest, key: str, content: bytes | None) -> dict[str, str]:
        headers = self._key_of(register) | {
            "Idempotency-Key": key,
            "X-Request-Id": request.request_id,
            "X-Purpose": request.headers.get("purpose", ""),
            "X-Legal-Basis": request.headers.get("legalBasis", ""),
        }
        if request.case_number:
            headers["X-Issue"] = request.case_number
        if content is not None:
            headers["Content-Type"] = "application/json"
        return headers


def _turn(book: AnswerBook, question: Question) -> Turn:
    """This job's turn, or the answer. While another job asks the same it is waited for, as long as a fetch may take."""
    end = time.monotonic() + ASKING_FOR.total_seconds()
    while (turn := book.take_turn(question)).is_taken:
        if time.monotonic() >= end:
            raise PartnerUnavailable(
                f"Another job asks the register {question.register} the same, and has no answer yet.",
                remedy="It is tried again by itself.",
            )
        time.sleep(_LOOK_EVERY)
    return turn


def _is_no_record(answer: Answer) -> bool:
    """A 404 of the register itself, not of a wrong address: its problem says `no-record`, or it says nothing at all."""
    if not answer.body.strip():
        return True
    if not answer.body.lstrip().startswith(b"{"):
        return False
    problem = answer.json()
    return isinstance(problem, dict) and problem.get("code", NO_RECORD) == NO_RECORD


def _body(request: JobRequest) -> bytes:
    name = request.headers.get("bodyVariable")
    if name is not None and name not in request.variables:
        raise PartnerRefused(
            f"There is no variable {name!r:.80} to send.", remedy="Set it by an input mapping of the task."
        )
    return to_bytes(dict(request.variables) if name is None else request.variables[name])


def _proof(register: Register, answer: Answer) -> MessageProof | None:
    return None if register.over is None else register.over.proof(answer)


def _receipt(
    request: JobRequest, answer: Answer, proof: MessageProof | None, kept: LookupAnswer | None = None
) -> LookupReceipt:
    return LookupReceipt(
        register=request.headers.get("register", ""),
        operation=request.headers.get("operation", ""),
        purpose=request.headers.get("purpose", ""),
        legal_basis=request.headers.get("legalBasis", ""),
        request_id=request.request_id,
        digest=hashlib.sha256(answer.body).hexdigest(),
        fetched_at=kept.answered_at if kept is not None else None,
        is_reused=kept.is_reused if kept is not None else False,
        proof=proof,
    )
