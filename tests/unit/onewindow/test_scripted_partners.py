"""Scenarios stand in for programs outside as for connectors: with any headers, and with all that they send back."""

from __future__ import annotations

from engine.connectors.contract import Success
from onewindow.scenarios.model import PartnerScript
from onewindow.scenarios.partners import OutsideWork, Partners, ScriptedConnector
from tests.builders.a_job_request import a_job_request


def test_a_program_outside_takes_any_header_and_sends_variables() -> None:
    script = PartnerScript(connector="print-card", answer={"card": "C-7", "printed": True})
    press = ScriptedConnector("print-card", OutsideWork(), Partners((script,)))

    outcome = press.call(a_job_request(headers={"paper": "heavy"}))

    assert press.settings.faults({"paper": "heavy"}) == ()
    assert outcome == Success(variables={"card": "C-7", "printed": True})
