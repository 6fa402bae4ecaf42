"""A public service with a fee: open the payment, wait for its result, then a clerk hands out; `paid` or not."""

from __future__ import annotations

from typing import Any

from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import CLERKS, a_passport

FEE = '={fee: 25, currency: "AZN", legal_basis: "Law on State Duty"}'

_WHY = '={{outcome: "{outcome}", reasons: [{{code: "fee", article: "art. 5", text: "The fee."}}]}}'


def a_paid_procedure(**headers: str) -> Drawing:
    """Pay, then decide. A payment that does not come ends the case; a clerk may let the money go back."""
    said = {"description": "State fee", "retryBackoff": "PT5S", **headers}

    def handling(inner: Drawing) -> None:
        inner.start("begin", properties={"milestone": "received"})
        inner.service_task("open", "payment", headers=said, retries="3", inputs={"fee": FEE})
        inner.catch("answered", message="payment-result", key="=payment.reference").exclusive("paid")
        inner.at("paid", otherwise=True).script("why", _WHY.format(outcome="inadmissible"), result="decision")
        inner.end("unpaid", properties={"outcome": "inadmissible"})
        inner.at("paid", when='=payment.state = "paid"')
        inner.user_task("hand-out", queue=CLERKS, properties={"milestone": "checked"}).exclusive("verdict")
        inner.at("verdict", otherwise=True).end("granted", properties={"outcome": "granted"})
        inner.at("verdict", when='=verdict = "refund"')
        inner.service_task("refund", "payment", headers={"operation": "refund", "reason": "not needed"})
        inner.script("why-not", _WHY.format(outcome="refused"), result="decision").end(
            "refused", properties={"outcome": "refused"}
        )

    process = a_process("permit").start().sub_process("handling", handling).end("end")
    process.boundary("withdrawn", on="handling", message="withdrawal", key="=case.number")
    return process.end("withdrawal", properties={"outcome": "withdrawn"})


def a_paid_service(**headers: str) -> dict[str, bytes]:
    """The files of the whole service."""
    return {"permit.bpmn": a_paid_procedure(**headers).xml(), "service.yaml": a_passport()}


def money(minor: int) -> dict[str, Any]:
    """An amount as the provider tells it."""
    return {"amount": minor, "currency": "AZN"}
