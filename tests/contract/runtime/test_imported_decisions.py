"""Decisions that import others: found beside them or among what is deployed, bound to that version at deployment."""

from __future__ import annotations

import pytest

from engine.diagnostics import ModelRefused
from engine.runtime.definitions import DefinitionCache
from engine.runtime.deploy import check, deploy
from engine.runtime.evaluate import evaluate_decision, explain_decision
from tests.builders.a_decision_model import a_decision, a_model, an_input, literal
from tests.builders.a_model import a_process
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running
from tests.builders.importing_decisions import a_library, an_import, an_importer


def fee(running: Running, version: int | None = None, key: str = "fee") -> object:
    """What the decision says for an amount of 10."""
    return evaluate_decision(running.runtime, key, {"amount": 10}, by=OFFICIAL, version=version).value


def afresh(running: Running) -> Running:
    """The same database, by a process of the operating system that has nothing in memory."""
    old = running.runtime
    object.__setattr__(old, "definitions", DefinitionCache(old.kernel, old.forms))
    return running


def rules(caught: pytest.ExceptionInfo[ModelRefused]) -> set[str]:
    return {found.rule for found in caught.value.diagnostics}


def test_a_model_is_deployed_together_with_the_library_it_imports(running: Running) -> None:
    made = deploy(running.runtime, {"fee.dmn": an_importer(), "lib.dmn": a_library()}, by=OFFICIAL)

    assert {(one.kind, one.key) for one in made.new_definitions} == {
        ("decision", "fee"),
        ("model", "urn:m"),
        ("model", "urn:lib"),
    }
    assert (fee(running), fee(afresh(running))) == (20, 20)


def test_a_library_may_be_deployed_before(running: Running) -> None:
    deploy(running.runtime, {"lib.dmn": a_library()}, by=OFFICIAL)
    deploy(running.runtime, {"fee.dmn": an_importer()}, by=OFFICIAL)

    assert fee(afresh(running)) == 20


def test_a_process_asks_a_decision_that_imports(running: Running) -> None:
    running.deploy(
        a_process("p").start().decision("d", "fee", "fee").user_task("t", queue=QUEUE).end(),
        fee_dmn=an_importer(),
        lib_dmn=a_library(),
    )

    assert running.variables(running.start("p", amount=4))["fee"] == 8


def test_what_was_deployed_stays_with_the_library_it_was_deployed_with(running: Running) -> None:
    deploy(running.runtime, {"lib.dmn": a_library("2")}, by=OFFICIAL)
    deploy(running.runtime, {"fee.dmn": an_importer()}, by=OFFICIAL)
    deploy(running.runtime, {"lib.dmn": a_library("3")}, by=OFFICIAL)

    assert (fee(running), fee(afresh(running))) == (20, 20)


def test_deploying_again_takes_the_library_of_now_and_makes_a_version(running: Running) -> None:
    files = {"fee.dmn": an_importer()}
    deploy(running.runtime, {"lib.dmn": a_library("2")}, by=OFFICIAL)
    deploy(running.runtime, files, by=OFFICIAL)
    assert deploy(running.runtime, files, by=OFFICIAL).id is None, "nothing changed"
    deploy(running.runtime, {"lib.dmn": a_library("3")}, by=OFFICIAL)

    again = deploy(running.runtime, files, by=OFFICIAL)

    assert [(one.kind, one.version) for one in again.new_definitions] == [("decision", 2), ("model", 2)]
    assert (fee(running), fee(running, 1), fee(afresh(running), 1), fee(running, 2)) == (30, 20, 20, 30)


def test_a_changed_library_of_one_deployment_changes_what_imports_it(running: Running) -> None:
    deploy(running.runtime, {"fee.dmn": an_importer(), "lib.dmn": a_library("2")}, by=OFFICIAL)
    made = deploy(running.runtime, {"fee.dmn": an_importer(), "lib.dmn": a_library("3")}, by=OFFICIAL)

    assert {(one.key, one.version) for one in made.new_definitions} == {("fee", 2), ("urn:m", 2), ("urn:lib", 2)}
    assert fee(running) == 30


def test_the_library_beside_a_model_goes_before_the_one_deployed(running: Running) -> None:
    deploy(running.runtime, {"lib.dmn": a_library("9")}, by=OFFICIAL)
    deploy(running.runtime, {"fee.dmn": an_importer(), "lib.dmn": a_library("2")}, by=OFFICIAL)

    assert fee(running) == 20


def over_two() -> bytes:
    """A library that asks a library: `rate(x)` of `urn:mid` is that of `urn:lib`, plus 1."""
    return a_library("1 + lib.rate(1)", "urn:mid", an_import()).replace(
        b"</encapsulatedLogic>",
        b'</encapsulatedLogic><knowledgeRequirement><requiredKnowledge href="urn:lib#rate"/></knowledgeRequirement>',
    )


def test_libraries_may_import_libraries_and_stay_with_theirs(running: Running) -> None:
    deploy(running.runtime, {"lib.dmn": a_library("2")}, by=OFFICIAL)
    deploy(running.runtime, {"mid.dmn": over_two()}, by=OFFICIAL)
    deploy(running.runtime, {"lib.dmn": a_library("5")}, by=OFFICIAL)
    deploy(running.runtime, {"fee.dmn": an_importer(library="urn:mid")}, by=OFFICIAL)

    assert fee(running) == fee(afresh(running)) == 12


def test_two_versions_of_one_library_in_one_model_are_refused(running: Running) -> None:
    deploy(running.runtime, {"lib.dmn": a_library("2")}, by=OFFICIAL)
    deploy(running.runtime, {"mid.dmn": over_two()}, by=OFFICIAL)
    deploy(running.runtime, {"lib.dmn": a_library("5")}, by=OFFICIAL)
    both = an_importer(library="urn:mid").replace(b"<inputData", an_import().encode() + b"<inputData", 1)

    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, {"fee.dmn": both}, by=OFFICIAL)

    assert rules(caught) == {"import-versions"}
    together = {"fee.dmn": both, "mid.dmn": over_two()}
    assert deploy(running.runtime, together, by=OFFICIAL).id is not None, "the remedy helps"


SERVICE = (
    '<decisionService id="quote" name="Quote"><variable name="Quote"/><outputDecision href="#total"/>'
    '<inputData href="#i-amount"/></decisionService>'
)
QUOTE = a_model(
    an_input("amount", "number")
    + a_decision("base", literal("amount * 2"), inputs="amount")
    + a_decision("total", literal("base + 1"), decisions="base")
    + SERVICE
)


def test_a_service_is_a_decision_definition_with_a_key(running: Running) -> None:
    made = deploy(running.runtime, {"quote.dmn": QUOTE}, by=OFFICIAL)

    assert {one.key for one in made.new_definitions if one.kind == "decision"} == {"base", "total", "quote"}
    told = evaluate_decision(running.runtime, "quote", {"amount": 10}, by=OFFICIAL)
    assert (told.value, [one["name"] for one in told.trace]) == (21, ["base", "total"])


def test_a_process_asks_a_service_by_its_key(running: Running) -> None:
    running.deploy(
        a_process("p").start().decision("d", "quote", "price").user_task("t", queue=QUEUE).end(), quote_dmn=QUOTE
    )

    assert running.variables(running.start("p", amount=4))["price"] == 9


def test_models_that_import_one_another_are_refused(running: Running) -> None:
    circle = {
        "a.dmn": a_library("2", "urn:a", an_import("urn:b")),
        "b.dmn": a_library("2", "urn:b", an_import("urn:a")),
    }

    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, circle, by=OFFICIAL)

    assert rules(caught) == {"import-cycle"}
    assert "urn:a -> urn:b -> urn:a" in caught.value.diagnostics[0].message
    assert caught.value.diagnostics[0].file == "b.dmn"


def test_a_missing_import_keeps_everything_out_and_the_remedy_is_true(running: Running) -> None:
    files = {"fee.dmn": an_importer(), "other.dmn": a_model(an_input("n") + a_decision("d", literal("n"), inputs="n"))}

    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, files, by=OFFICIAL)

    assert "missing-import" in rules(caught)
    assert [running.count(table) for table in ("deployment", "definition", "resource")] == [0, 0, 0]
    (missing,) = (found for found in caught.value.diagnostics if found.rule == "missing-import")
    assert "deploy it before" in missing.remedy
    assert (missing.file, missing.line) == ("fee.dmn", 1)


def test_checking_finds_what_deploying_would_and_leaves_nothing(running: Running) -> None:
    assert [found.rule for found in check(running.runtime, {"fee.dmn": an_importer()})][:1] == ["missing-import"]
    assert check(running.runtime, {"fee.dmn": an_importer(), "lib.dmn": a_library()}) == ()
    assert running.count("resource") == 0


def test_a_namespace_of_two_files_is_ambiguous_only_when_it_is_imported(running: Running) -> None:
    two = {"a.dmn": a_library("2"), "b.dmn": a_library("3")}

    deploy(running.runtime, two, by=OFFICIAL)
    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, {**two, "fee.dmn": an_importer()}, by=OFFICIAL)

    assert rules(caught) == {"ambiguous-import"}
    assert "a.dmn, b.dmn" in caught.value.diagnostics[0].message


def test_files_that_share_the_namespace_of_their_tool_make_no_versions_by_turns(running: Running) -> None:
    def drawn(key: str) -> bytes:
        return a_model(a_decision(key, literal("1")), "http://camunda.org/schema/1.0/dmn").replace(
            b'id="m"', f'id="of-{key}"'.encode()
        )

    for key in ("one", "two"):
        assert deploy(running.runtime, {f"{key}.dmn": drawn(key)}, by=OFFICIAL).id is not None
    for key in ("one", "two"):
        assert deploy(running.runtime, {f"{key}.dmn": drawn(key)}, by=OFFICIAL).id is None


def test_the_reasons_of_an_imported_decision_are_told(running: Running) -> None:
    table = (
        '<decisionTable id="t" hitPolicy="UNIQUE"><input id="i" label="Age"><inputExpression typeRef="number">'
        '<text>age</text></inputExpression></input><output id="o"/><annotation name="reason"/>'
        '<rule id="r1"><inputEntry><text>&lt; 18</text></inputEntry><outputEntry><text>"no"</text></outputEntry>'
        "<annotationEntry><text>Too young.</text></annotationEntry></rule>"
        '<rule id="r2"><inputEntry><text>&gt;= 18</text></inputEntry><outputEntry><text>"yes"</text></outputEntry>'
        "<annotationEntry><text/></annotationEntry></rule></decisionTable>"
    )
    library = a_model(an_input("age", "number") + a_decision("may", table, inputs="age"), "urn:lib")
    model = a_model(an_import() + a_decision("says", literal("lib.may"), decisions="urn:lib#may"))
    deploy(running.runtime, {"lib.dmn": library, "m.dmn": model}, by=OFFICIAL)

    told = explain_decision(running.runtime, "says", {"age": 17}, by=OFFICIAL, language="en")

    assert told.value == "no"
    sentences = [sentence for one in told.decisions for sentence in one["sentences"]]
    assert "Reason: Too young." in sentences
    assert any("at least 18" in sentence for sentence in sentences), sentences
