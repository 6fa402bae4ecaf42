"""Builds cases, their terms and evidence for tests."""

from __future__ import annotations

from typing import Any

from engine.calendar import Counting, Length
from engine.casework.case import Case
from engine.casework.evidence import Evidence, Provenance
from engine.casework.term import Term
from engine.identity import CaseNumber, new_key
from tests.builders.a_task import NOW


def a_case(**said: Any) -> Case:
    """A case that was just submitted."""
    values: dict[str, Any] = {
        "id": new_key(),
        "number": CaseNumber("AZ", 2026, 123),
        "service_key": "driving-licence-renewal",
        "agency": "traffic-police",
        "applicant": new_key(),
        "instance_id": new_key(),
        "submitted_at": NOW,
    }
    return Case(**{**values, **said})


def a_term(length: str = "P10D", counting: str = "working-days", **said: Any) -> Term:
    """A statutory term that began just now."""
    values: dict[str, Any] = {"name": "statutory", "started_at": NOW}
    return Term(length=Length.parse(length), counting=Counting(counting), **{**values, **said})


def an_evidence(case_id: str, **said: Any) -> Evidence:
    """A register's answer."""
    values: dict[str, Any] = {
        "key": "identity",
        "provenance": Provenance.register,
        "source": "population:person",
        "supplied_at": NOW,
        "content": {"name": "Aysel"},
    }
    return Evidence(case_id=case_id, **{**values, **said})
