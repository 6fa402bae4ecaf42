"""Scenarios stand in for programs outside as for connectors: with any headers, and with all that they send back."""

from __future__ import annotations

import pytest

from engine.connectors.contract import BusinessError, Success
from engine.connectors.xroad import XroadSettings
from onewindow.scenarios.model import PartnerMood, PartnerScript
from onewindow.scenarios.partners import OutsideWork, Partners, ScriptedConnector
from tests.builders.a_job_request import a_job_request


def test_a_program_outside_takes_any_header_and_sends_variables() -> None:
    script = PartnerScript(connector="print-card", answer={"card": "C-7", "printed": True})
    press = ScriptedConnector("print-card", OutsideWork(), Partners((script,)))

    outcome = press.call(a_job_request(headers={"paper": "heavy"}))

    assert press.settings.faults({"paper": "heavy"}) == ()
    assert outcome == Success(variables={"card": "C-7", "printed": True})


CALL = {"service": "persons", "method": "GET", "path": "/persons/{pin}", "resultVariable": "person"}


@pytest.mark.parametrize(
    ("register", "operation", "fits"),
    [("persons", "GET /persons/{pin}", True), ("persons", None, True), ("licences", None, False)],
    ids=["service and path", "service", "another service"],
)
def test_a_service_of_x_road_is_named_as_a_register_is(register: str, operation: str | None, fits: bool) -> None:
    rest = PartnerScript(connector="xroad", answer={"pin": "other"})
    script = PartnerScript(connector="xroad", register=register, operation=operation, answer={"pin": "5FQ2K7M"})
    partners = Partners((rest, script))

    outcome = ScriptedConnector("xroad", XroadSettings(), partners).call(a_job_request(headers=CALL))

    assert outcome == Success(variables={"person": {"pin": "5FQ2K7M" if fits else "other"}})
    assert partners.calls["persons GET /persons/{pin}"] == 1


def test_a_look_up_over_x_road_has_a_receipt_there_too() -> None:
    script = PartnerScript(connector="xroad", answer={})
    said = {**CALL, "purpose": "renewal", "legalBasis": "art. 30"}
    outcome = ScriptedConnector("xroad", XroadSettings(), Partners((script,))).call(a_job_request(headers=said))
    assert isinstance(outcome, Success)
    assert outcome.lookup is not None
    assert (outcome.lookup.register, outcome.lookup.legal_basis) == ("persons", "art. 30")


@pytest.mark.parametrize(
    ("connector", "code"), [("register", "no-record"), ("http", "http-404"), ("xroad", "http-404")]
)
def test_who_is_not_known_is_the_error_of_the_real_connector(connector: str, code: str) -> None:
    script = PartnerScript(connector=connector, mood=PartnerMood.no_record)
    outcome = ScriptedConnector(connector, XroadSettings(), Partners((script,))).call(a_job_request(headers={}))
    assert isinstance(outcome, BusinessError)
    assert outcome.code == code
