"""Puts a public service into a store: its passport alone, without a procedure."""

from __future__ import annotations

from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_task import NOW
from tests.builders.an_instance import a_definition

_PASSPORT = """
key: renewal
agency: traffic-police
title: {en: Renewal}
milestones:
  received: {title: {en: Received}}
  checked: {title: {en: Checked}}
  returned: {title: {en: Returned to you}, shown_ahead: false}
  decided: {title: {en: Decided}}
"""


def with_service(work: UnitOfWork) -> None:
    """Deploy service `renewal`, of four milestones; `returned` need not come."""
    service = a_definition("renewal", kind="service", agency="traffic-police", checksum="5" * 64)
    work.deployments.add(service.deployment_id, NOW, "x", [service], {service.checksum: _PASSPORT.encode()})
