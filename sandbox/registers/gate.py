"""What every call to a register passes: the API key, the ledger of calls, the latency, the switch."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, g, request

from sandbox.registers.problems import Problem
from sandbox.registers.switch import Call, Mode, Switch

_GARBAGE = b'{"pin": "5FQ2K7M", "given_na\xff\xfe<html>502'


@dataclass(frozen=True, slots=True)
class Gate:
    """Settings of the program that concern every call."""

    switch: Switch
    api_key: str
    latency_ms: int
    hang_seconds: float

    def check_key(self) -> None:
        """Refuse a call without the right `X-Api-Key`; the OpenAPI documents are open."""
        if request.path.endswith("/openapi.json"):
            return
        sent = request.headers.get("X-Api-Key")
        if sent is None:
            raise Problem(401, "api-key-missing", "Send the header X-Api-Key.")
        if not hmac.compare_digest(sent.encode(), self.api_key.encode()):
            raise Problem(403, "api-key-wrong", "The key in X-Api-Key is not known here.")

    def guard(self, blueprint: Blueprint) -> None:
        """Put the gate before every call of a register."""

        @blueprint.before_request
        def _enter() -> None:
            if request.path.endswith("/openapi.json"):
                return
            self.check_key()
            setting = self.switch.take(blueprint.name)
            g.call = _call(blueprint.name, setting.mode)
            self.switch.receive(g.call)
            if setting.mode is Mode.fail:
                raise Problem(503, "register-down", "The register is down; it was told to fail.")
            if setting.mode is Mode.hang:
                self.switch.wait_for_change(self.hang_seconds)
                raise Problem(503, "register-down", "The register hung; it was told to.")
            time.sleep((setting.delay_ms if setting.mode is Mode.slow else self.latency_ms) / 1000)

        @blueprint.after_request
        def _leave(response: Response) -> Response:
            call: Call | None = g.get("call")
            if call is None:
                return response
            if call.mode == Mode.garbage:
                response = Response(_GARBAGE, 200, content_type="application/json")
            call.status = response.status_code
            return response


def _call(register: str, mode: Mode) -> Call:
    def sent(header: str) -> str | None:
        value = request.headers.get(header)
        return value[:200] if value is not None else None

    return Call(
        at=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        register=register,
        method=request.method,
        path=request.path[:500],
        mode=mode.value,
        request_id=sent("X-Road-Id") or sent("X-Request-Id"),
        idempotency_key=sent("Idempotency-Key"),
        issue=sent("X-Road-Issue") or sent("X-Issue"),
        purpose=sent("X-Purpose"),
        legal_basis=sent("X-Legal-Basis"),
    )
