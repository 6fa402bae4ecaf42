"""What a passport promises of its proofs is held against the model: who asks, and who stands in when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.bpmn.reader import read_bpmn
from engine.runtime.bundle import error_codes
from engine.runtime.evidence_checks import evidence_faults
from engine.runtime.passport_file import read_passport_file
from engine.runtime.ways import Drawn
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register

MARK = {"evidence": "identity"}
HEADERS = {
    "register": "population",
    "operation": "GET /persons/{pin}",
    "purpose": "p",
    "legalBasis": "a",
    "missing": "null",
    "errorOnFailure": "down",
}


def a_permit(**headers: str | None) -> Drawing:
    """A process that begins with the look-up `ask`; headers that are None are left out."""
    return ask(a_process("permit").start(), **headers)


def ask(drawing: Drawing, id: str = "ask", connector: str = "register", **headers: str | None) -> Drawing:
    said = {name: value for name, value in {**HEADERS, **headers}.items() if value is not None}
    return drawing.service_task(id, connector, headers=said, properties=MARK)


def by_clerk(drawing: Drawing, id: str = "by-hand") -> Drawing:
    return drawing.user_task(id, queue=CLERKS, properties=MARK)


def found(*drawings: Drawing, **proof: Any) -> list[str]:
    """The rules that the first of the processes breaks; the others are there to be called."""
    drawn = {}
    for drawing in drawings:
        definitions, faults = read_bpmn(drawing.xml())
        assert not [fault for fault in faults if fault.severity == "error"]
        drawn[drawing.id] = Drawn(definitions.processes[drawing.id], error_codes(definitions))
    passport = read_passport_file(a_passport(evidence=from_register(**proof)), "service.yaml")
    return [finding.rule for finding in evidence_faults(passport, drawn[drawings[0].id], drawn.get, lambda name: name)]


def test_a_look_up_whose_error_leads_to_a_clerk_keeps_the_promise() -> None:
    model = a_permit().end()
    by_clerk(model.boundary("down", on="ask", error="down")).end("other")
    assert found(model) == []


def test_a_proof_that_nobody_fetches_is_a_warning() -> None:
    assert found(a_process("permit").start().end()) == ["evidence-not-fetched"]


def test_a_look_up_that_proves_nothing_is_a_warning() -> None:
    model = a_process("permit").start().service_task("ask", "register", headers=HEADERS).end()
    assert found(model) == ["evidence-not-fetched", "lookup-without-evidence"]


def test_a_failure_that_nothing_throws_or_catches_keeps_no_promise() -> None:
    caught = a_permit(errorOnFailure=None).end()
    by_clerk(caught.boundary("down", on="ask", error="")).end("other")
    assert found(caught) == ["evidence-without-fallback"]
    assert found(a_permit().end()) == ["evidence-without-fallback"]
    assert found(a_permit().end(), fallback="none") == []


@pytest.mark.parametrize(
    ("caught", "rules"),
    [("down", []), ("", []), ("other", ["evidence-without-fallback"])],
    ids=["the very code", "every error", "another code"],
)
def test_the_event_must_catch_the_code_that_the_task_throws(caught: str, rules: list[str]) -> None:
    model = a_permit().end()
    by_clerk(model.boundary("down", on="ask", error=caught)).end("other")
    assert found(model) == rules


def test_the_very_code_comes_before_an_event_that_catches_all() -> None:
    model = a_permit().end()
    by_clerk(model.boundary("any", on="ask", error="")).end("other")
    model.boundary("down", on="ask", error="down").end("nobody")
    assert found(model) == ["evidence-without-fallback"]


def test_the_person_who_stands_in_is_the_one_who_was_promised() -> None:
    model = a_permit().end()
    by_clerk(model.boundary("down", on="ask", error="down")).end("other")
    assert found(model, fallback="applicant") == ["evidence-without-fallback"]


def test_the_applicant_may_stand_in() -> None:
    model = a_permit().end()
    model.boundary("down", on="ask", error="down")
    model.user_task("supply", assignee="=case.applicant.account", properties=MARK).end("other")
    assert found(model, fallback="applicant") == []
    assert found(model, fallback="clerk") == ["evidence-without-fallback"]


def test_the_register_of_the_passport_is_the_one_that_is_asked() -> None:
    model = a_permit(register="driver").end()
    by_clerk(model.boundary("down", on="ask", error="down")).end("other")
    assert found(model) == ["evidence-of-another-register"]


def test_any_connector_may_fetch_a_proof() -> None:
    model = ask(a_process("permit").start(), connector="xroad", register="anything").end()
    by_clerk(model.boundary("down", on="ask", error="down")).end("other")
    assert found(model) == []


def test_an_answer_that_nobody_is_known_needs_a_way_out() -> None:
    model = a_permit(missing=None).end()
    by_clerk(model.boundary("down", on="ask", error="down")).end("other")
    assert found(model) == ["evidence-no-record-uncaught"]
    model.boundary("unknown", on="ask", error="no-record").to("by-hand")
    assert found(model) == []


def in_sub_process(model: Drawing, body: Callable[[Drawing], Any], **said: Any) -> Drawing:
    return model.sub_process("around", body, **said)


def test_an_error_is_caught_around_the_sub_process() -> None:
    model = in_sub_process(a_process("permit").start(), lambda inner: ask(inner.start("s")).end("e")).end()
    by_clerk(model.boundary("down", on="around", error="down")).end("other")
    assert found(model) == []


def test_an_error_is_caught_by_an_event_sub_process() -> None:
    def mend(inner: Drawing) -> None:
        by_clerk(inner.start("broken", error="down")).end("mended")

    model = a_permit().end()
    model.event_sub_process("mend", mend)
    assert found(model) == []


def test_what_stands_in_may_follow_the_sub_process_of_the_error() -> None:
    def body(inner: Drawing) -> None:
        ask(inner.start("s")).end("e")
        inner.boundary("down", on="ask", error="down").end("left")

    model = by_clerk(in_sub_process(a_process("permit").start(), body)).end()
    assert found(model) == []


def test_a_sub_process_that_ends_does_not_begin_anew() -> None:
    """The clerk's task stands before the look-up: whoever fails later does not come to it."""

    def body(inner: Drawing) -> None:
        ask(by_clerk(inner.start("s"))).end("e")
        inner.boundary("down", on="ask", error="down").end("left")

    model = in_sub_process(a_process("permit").start(), body).end()
    assert found(model) == ["evidence-without-fallback"]


def test_a_way_through_the_look_up_that_failed_does_not_count() -> None:
    model = a_process("permit").start().exclusive("again")
    by_clerk(ask(model)).end()
    model.boundary("down", on="ask", error="down").to("again")
    assert found(model) == ["evidence-without-fallback"]


def test_a_link_leads_on() -> None:
    model = a_permit().end()
    model.boundary("down", on="ask", error="down").throw("away", link="hands")
    by_clerk(model.node("intermediateCatchEvent", "hands", link="hands").at("hands")).end("other")
    assert found(model) == []


def test_an_error_thrown_on_leads_to_who_catches_it() -> None:
    def body(inner: Drawing) -> None:
        ask(inner.start("s")).end("e")
        inner.boundary("down", on="ask", error="down").end("thrown", error="by-hand-please")

    model = in_sub_process(a_process("permit").start(), body).end()
    by_clerk(model.boundary("caught", on="around", error="by-hand-please")).end("other")
    assert found(model) == []


def test_look_up_and_fallback_may_stand_in_called_processes() -> None:
    outer = a_process("permit").start().call("call", "asking").end()
    outer.boundary("down", on="call", error="down").call("mend", "mending").end("other")
    asking = ask(a_process("asking").start()).end()
    assert found(outer, asking, by_clerk(a_process("mending").start()).end()) == []
    assert found(outer, asking, a_process("mending").start().end()) == ["evidence-without-fallback"]


def test_each_call_of_the_process_that_asks_must_be_caught() -> None:
    outer = a_process("permit").start().call("call", "asking").call("again", "asking").end()
    by_clerk(outer.boundary("down", on="call", error="down")).end("other")
    assert found(outer, ask(a_process("asking").start()).end()) == ["evidence-without-fallback"]


def test_processes_that_call_one_another_are_read_once() -> None:
    one = ask(a_process("permit").start()).call("c", "two").end()
    assert found(one, a_process("two").start().call("d", "permit").end()) == ["evidence-without-fallback"]


def test_a_long_model_is_checked_without_recursion() -> None:
    def nested(inner: Drawing, depth: int) -> None:
        inner.start(f"s{depth}")
        if depth == 0:
            ask(inner)
        else:
            inner.sub_process(f"sub{depth}", lambda body: nested(body, depth - 1))
        inner.end(f"e{depth}")

    model = a_process("permit").start().sub_process("top", lambda body: nested(body, 15))
    for number in range(3_000):
        model.task(f"t{number}")
    model.end()
    by_clerk(model.boundary("down", on="top", error="down")).end("other")
    assert found(model) == []
