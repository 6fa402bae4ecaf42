"""A public service whose form a register fills in, with or without the applicant's consent."""

from __future__ import annotations

from typing import Any, Final

from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register, in_all_languages

OPERATION: Final = "GET /persons/{pin}"
CONSENT: Final = {
    "consent": "required",
    "consent_legal_basis": "Law on Personal Data, art. 8",
    "consent_text": in_all_languages("I agree."),
}


def a_prefilled_procedure(**proof: Any) -> dict[str, bytes]:
    """A form with the number and the street from the register; the case looks the person up once more."""
    from_answer = {"ow:prefill.evidence": "identity", "ow:prefill.operation": OPERATION}
    form = a_form_file(
        a_field("pin", properties={"ow:prefill": "case.applicant.pin"}),
        a_field("street", properties={"ow:prefill": "address.street", **from_answer}),
        a_field("phone", properties={"ow:prefill": "phone", **from_answer}),
        id="apply",
    )
    headers = {
        "register": "population",
        "operation": OPERATION,
        "purpose": "permit",
        "legalBasis": "art. 2",
        "resultVariable": "person",
        "errorOnFailure": "down",
    }
    process = a_process("permit").start(properties={"milestone": "received"})
    process.service_task(
        "ask", "register", headers=headers, inputs={"pin": "=case.applicant.pin"}, properties={"evidence": "identity"}
    ).exclusive("known")
    process.user_task("decide", queue=CLERKS).end("end", properties={"outcome": "withdrawn"})
    process.boundary("not-asked", on="ask", error="")
    process.user_task("by-hand", queue=CLERKS, properties={"evidence": "identity"}).to("known")
    return {
        "permit.bpmn": process.xml(),
        "apply.form": form,
        "service.yaml": a_passport(form="apply", evidence=from_register(**proof)),
    }
