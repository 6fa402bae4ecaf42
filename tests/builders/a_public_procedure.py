"""A public service in one file: its passport as `service.yaml`, and a procedure with all that a case can meet."""

from __future__ import annotations

from typing import Any

import yaml

from tests.builders.a_model import Drawing, a_process

AGENCY = "city"
CLERKS = "city:clerk"


def in_all_languages(text: str) -> dict[str, str]:
    """A text in az, en and ru."""
    return {"az": text, "en": text, "ru": text}


def a_passport(key: str = "permit", process: str = "permit", **said: Any) -> bytes:
    """`service.yaml` of a service with two milestones, one proof and a term of ten working days.

    The proof is brought by the applicant; one that a register gives is `evidence=from_register()`.
    """
    values: dict[str, Any] = {
        "key": key,
        "agency": AGENCY,
        "process": process,
        "title": in_all_languages("Permit"),
        "description": in_all_languages("A permit."),
        "may_apply": in_all_languages("Everyone."),
        "output": in_all_languages("A permit."),
        "remedy": in_all_languages("Appeal to the court."),
        "country": "AZ",
        "legal_basis": [{"title": in_all_languages("Law on permits"), "article": "art. 1"}],
        "terms": {"statutory": {"length": "P10D", "counting": "working-days", "silence": "refusal"}},
        "evidence": {"identity": {"title": in_all_languages("Identity")}},
        "milestones": {
            "received": {"title": in_all_languages("Received")},
            "checked": {"title": in_all_languages("Checked")},
        },
        "channels": ["online", "counter"],
        "languages": ["az", "en", "ru"],
        "sources": [{"fact": "all", "status": "A"}],
        "retention": "P5Y",
        **said,
    }
    return yaml.safe_dump(values, allow_unicode=True).encode()


def from_register(key: str = "identity", **said: Any) -> dict[str, Any]:
    """A proof that the population register gives, and a clerk while it is down."""
    proof = {"register": "population", "purpose": "permit", "legal_basis": "art. 2", "fallback": "clerk"}
    return {key: {"title": in_all_languages(key.title()), **proof, **said}}


def a_procedure(**said: Any) -> Drawing:
    """Look-up with a fallback, check, return to the applicant, decision; a term, a withdrawal; all around the work.

    `headers` are those of the look-up.
    """
    headers = {"resultVariable": "person", "errorOnFailure": "REGISTER_DOWN", "retryBackoff": "PT1S", **said}

    def handling(inner: Drawing) -> None:
        inner.start("begin", properties={"milestone": "received"})
        inner.service_task(
            "look-up", "demo", headers=headers, retries="2", properties={"evidence": "identity"}
        ).exclusive("together")
        inner.user_task("check", queue=CLERKS, properties={"milestone": "checked"}).exclusive("verdict")
        inner.at("verdict", when='=verdict = "return"').user_task(
            "correct", assignee="=case.applicant.account", properties={"stopsClock": "true"}
        ).to("check")
        inner.at("verdict", when='=verdict = "refuse"').end("refused", properties={"outcome": "refused"})
        inner.at("verdict", otherwise=True).end("granted", properties={"outcome": "granted"})
        inner.boundary("down", on="look-up", error="REGISTER_DOWN").user_task(
            "check-by-hand", queue=CLERKS, properties={"evidence": "identity"}
        ).to("together")

    process = a_process("permit").start().sub_process("handling", handling).end("end")
    process.boundary(
        "late", on="handling", duration="P10D", properties={"term": "statutory", "counting": "working-days"}
    )
    process.end("tacit", properties={"outcome": "tacit-refused"})
    process.boundary("withdrawn", on="handling", message="withdrawal", key="=case.number")
    return process.end("withdrawal", properties={"outcome": "withdrawn"})
