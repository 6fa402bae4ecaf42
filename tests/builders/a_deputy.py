"""Builds absences, deputyships and mandates for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.casework.deputy import Absence, AbsenceKind, Deputyship
from engine.casework.mandate import Mandate, MandateState
from engine.identity import QueueName, new_key
from tests.builders.a_task import NOW
from tests.builders.an_actor import QUEUE

DAY = timedelta(days=1)
AGENCY = "traffic-police"


def an_absence(account: str, **said: Any) -> Absence:
    """Away from yesterday until tomorrow."""
    values: dict[str, Any] = {
        "id": new_key(),
        "agency": AGENCY,
        "kind": AbsenceKind.leave,
        "from_at": NOW - DAY,
        "until_at": NOW + DAY,
        "created_by": account,
        "created_at": NOW - DAY,
    }
    return Absence(account=account, **{**values, **said})


def a_deputyship(absent: str, deputy: str, *queues: str, **said: Any) -> Deputyship:
    """One that counts while the other is absent, in `QUEUE` unless queues are named."""
    values: dict[str, Any] = {
        "id": new_key(),
        "agency": AGENCY,
        "queues": frozenset(map(QueueName.parse, queues or (QUEUE,))),
        "from_at": NOW - DAY,
        "created_by": absent,
        "created_at": NOW - DAY,
    }
    return Deputyship(absent=absent, deputy=deputy, **{**values, **said})


def a_mandate(mandator: str, holder: str, *services: str, **said: Any) -> Mandate:
    """One that both accepted yesterday, for all services unless some are named."""
    values: dict[str, Any] = {
        "id": new_key(),
        "services": frozenset(services) or None,
        "from_at": NOW - DAY,
        "state": MandateState.active,
        "offered_by": mandator,
        "created_at": NOW - DAY,
        "mandator_accepted_at": NOW - DAY,
        "holder_accepted_at": NOW - DAY,
    }
    return Mandate(mandator=mandator, holder=holder, **{**values, **said})
