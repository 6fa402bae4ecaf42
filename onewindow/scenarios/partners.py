"""The partners of a scenario: connectors that answer as the scenario says, and remember what they were asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    LookupReceipt,
    PartnerRefused,
    PartnerUnavailable,
    SettingsSchema,
    Success,
)
from onewindow.scenarios.model import PartnerMood, PartnerScript

_NO_RECORD: Final = "no-record"
_UNKNOWN: Final[Mapping[str, str]] = {"http": "http-404", "xroad": "http-404"}
"""What the real connectors make of an answer that there is no such thing; all others say `no-record`."""


class Partners:
    """All scripts of a running scenario; the newest that fits a call is followed."""

    def __init__(self, scripts: tuple[PartnerScript, ...]) -> None:
        self._scripts: list[tuple[PartnerScript, list[int]]] = []
        self.calls: Counter[str] = Counter()
        """`register METHOD /path` -> calls received."""
        for script in scripts:
            self.follow(script)

    def follow(self, script: PartnerScript) -> None:
        """From now on, calls of this kind are met so."""
        self._scripts.append((script, [0]))

    def meet(self, connector: str, request: JobRequest) -> PartnerScript | None:
        """The script for a call; None when nobody wrote one."""
        register, operation = _asked(request)
        self.calls[f"{register} {operation}" if register else connector] += 1
        for script, used in reversed(self._scripts):
            fits = (
                script.connector == connector
                and script.register in (None, register)
                and script.operation in (None, operation)
                and (script.times is None or used[0] < script.times)
            )
            if fits:
                used[0] += 1
                return script
        return None


@dataclass(frozen=True, slots=True)
class OutsideWork(SettingsSchema):
    """Of work that a program outside fetches: its headers are its own matter."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """None."""
        del headers
        return ()


class ScriptedConnector:
    """A connector of the same name and settings as the real one, that does what the scenario says."""

    def __init__(self, name: str, settings: SettingsSchema, partners: Partners) -> None:
        self._name, self._settings, self._partners = name, settings, partners

    @property
    def name(self) -> str:
        """The name of the connector it stands in for."""
        return self._name

    @property
    def settings(self) -> SettingsSchema:
        """The settings of the connector it stands in for."""
        return self._settings

    def call(self, request: JobRequest) -> JobOutcome:
        """What the newest script that fits says. Raises PartnerUnavailable, PartnerRefused."""
        script = self._partners.meet(self._name, request)
        asked = " ".join(filter(None, _asked(request)))
        if script is None:
            raise PartnerRefused(
                f"The scenario does not say how {asked or self._name!r} answers.", remedy="Write it under `partners`."
            )
        if script.mood is PartnerMood.down:
            raise PartnerUnavailable(f"{asked or self._name} does not answer.")
        if script.mood is PartnerMood.refuses:
            raise PartnerRefused(f"{asked or self._name} refuses the call.")
        variable = request.headers.get("resultVariable")
        answer = script.answer
        if script.mood is PartnerMood.no_record:
            if request.headers.get("missing") != "null":
                code = _UNKNOWN.get(self._name, _NO_RECORD)
                return BusinessError(code=code, message=f"{asked or self._name} has no record.")
            answer = None
        return Success(variables=self._variables(variable, answer), lookup=_receipt(request, answer))

    def _variables(self, variable: str | None, answer: Any) -> dict[str, Any]:
        """What the answer adds to the case: a connector's one variable, or those that a program outside sends."""
        if variable:
            return {variable: answer}
        return dict(answer) if isinstance(self._settings, OutsideWork) and isinstance(answer, Mapping) else {}

    def check(self) -> None:
        """Nothing to prove."""


def _asked(request: JobRequest) -> tuple[str | None, str | None]:
    """Register and operation that a task names; over X-Road that is the service, and the method with the path."""
    service = request.headers.get("service")
    if service is not None:
        return service, f"{request.headers.get('method', '')} {request.headers.get('path', '')}".strip()
    return request.headers.get("register"), request.headers.get("operation")


def _receipt(request: JobRequest, answer: object) -> LookupReceipt | None:
    register, operation = _asked(request)
    if register is None or "purpose" not in request.headers:
        return None
    return LookupReceipt(
        register=register,
        operation=operation or "",
        purpose=request.headers.get("purpose", ""),
        legal_basis=request.headers.get("legalBasis", ""),
        request_id=request.request_id,
        digest=hashlib.sha256(repr(answer).encode()).hexdigest(),
    )
