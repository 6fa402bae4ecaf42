"""Which entries of a decision's value a process can read by a path, and which it cannot."""

from __future__ import annotations

import pytest

from engine.dmn import read_dmn
from engine.dmn.entry_names import unreadable_entries
from tests.builders.a_decision_model import a_decision, a_model, literal


def context(*names: str) -> str:
    entries = "".join(f'<contextEntry><variable name="{name}"/>{literal("1")}</contextEntry>' for name in names)
    return f"<context>{entries}</context>"


@pytest.mark.parametrize(
    ("name", "is_readable"),
    [
        ("fee", True),
        ("fee_total", True),
        ("fee total", True),
        ("rüsum", True),
        ("fee-total", False),
        ("a/b", False),
        ("fee in AZN", False),
        ("1st", False),
        ("applicant's", False),
    ],
)
def test_a_name_is_readable_when_a_path_means_it(name: str, is_readable: bool) -> None:
    definitions = read_dmn(a_model(a_decision("d", context("plain", name))))

    assert unreadable_entries(definitions, "d") == (() if is_readable else (name,))


def test_components_of_its_type_and_outputs_of_a_service_are_entries_too() -> None:
    component = '<itemComponent name="a-b"><typeRef>number</typeRef></itemComponent>'
    item = f'<itemDefinition name="tFee">{component}</itemDefinition>'
    service = '<decisionService id="{0}" name="{0}"><variable name="{0}"/>{1}</decisionService>'
    outputs = [f'<outputDecision href="#{one}"/>' for one in ("typed", "x-y")]
    definitions = read_dmn(
        a_model(
            item
            + a_decision("typed", literal("null"), type_ref="tFee")
            + a_decision("x-y", literal("1"))
            + service.format("both", "".join(outputs))
            + service.format("one", outputs[0])
        )
    )

    assert unreadable_entries(definitions, "typed") == ("a-b",)
    assert unreadable_entries(definitions, "both") == ("x-y",)
    assert unreadable_entries(definitions, "one") == ("a-b",)
    assert unreadable_entries(definitions, "nothing") == ()
