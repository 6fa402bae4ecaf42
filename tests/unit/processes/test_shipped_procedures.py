"""Every procedure that ships: its passport, its words, its model and its picture are whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.lint import lint
from engine.bpmn.model import (
    BoundaryEvent,
    Definitions,
    EndEvent,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
)
from engine.bpmn.reader import read_bpmn
from engine.casework.passport import LANGUAGES, ServicePassport
from engine.connectors.document import DocumentConnector
from engine.connectors.notice import NoticeConnector
from engine.connectors.payment import PaymentConnector
from engine.connectors.register.settings import RegisterSettings
from engine.dmn import compile_decisions, read_dmn
from engine.runtime.passport_file import read_passport_file
from forms import Form, read_form
from forms.model import Choice, Display, Input
from onewindow.bundles import bundle_of

PROCESSES = Path(__file__).parents[3] / "processes"
PROCEDURES = sorted(path.parent for path in PROCESSES.glob("*/service.yaml"))
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
HEADERS_OF_THE_ENGINE = {"retryBackoff", "errorOnFailure"}

pytestmark = pytest.mark.parametrize("folder", PROCEDURES, ids=[path.name for path in PROCEDURES])


def models(folder: Path) -> Iterator[tuple[str, bytes, Definitions]]:
    for name, content in bundle_of(folder).items():
        if name.endswith(".bpmn"):
            yield name, content, read_bpmn(content, file=name)[0]


def passport(folder: Path) -> ServicePassport:
    return read_passport_file((folder / "service.yaml").read_bytes())


def forms(folder: Path) -> dict[str, Form]:
    found = (read_form(content, name) for name, content in bundle_of(folder).items() if name.endswith(".form"))
    return {form.id: form for form in found}


def test_the_passport_is_valid_and_says_which_facts_were_seen(folder: Path) -> None:
    found = passport(folder)
    assert found.key == folder.name
    assert found.sources
    assert all(source.seen_on for source in found.sources if source.seen)


def test_every_field_and_text_speaks_three_languages(folder: Path) -> None:
    for form in forms(folder).values():
        for component in form.walk():
            for language in set(LANGUAGES) - {"en"}:
                if isinstance(component, Display) and component.text is not None:
                    assert component.texts.get(language), (form.id, component.id, language)
                elif component.label:
                    assert component.said("label", language), (form.id, component.id, language)
                if component.description:
                    assert component.said("description", language), (form.id, component.id, language)
                if isinstance(component, Choice):
                    for option in component.options:
                        is_a_code = option.label == option.value
                        assert is_a_code or component.said(f"option.{option.value}", language), (form.id, option.value)


def test_every_input_has_a_label(folder: Path) -> None:
    for form in forms(folder).values():
        assert [c.id for c in form.walk() if isinstance(c, Input) and not c.label] == []


def test_models_read_compile_and_lint_clean(folder: Path) -> None:
    for name, content, _ in models(folder):
        definitions, found = read_bpmn(content, file=name)
        compiled, more = SpiffKernel().compile(definitions)
        assert [*found, *more, *lint(definitions, file=name)] == []
        assert set(compiled) == {process.id for process in definitions.processes.values() if process.executable}


def test_decisions_read_clean(folder: Path) -> None:
    for name, content in bundle_of(folder).items():
        if name.endswith(".dmn"):
            assert compile_decisions(read_dmn(content, file=name)).diagnostics == ()


def test_every_element_has_a_name(folder: Path) -> None:
    for _, _, definitions in models(folder):
        for process in definitions.processes.values():
            assert [node.id for _, node in process.scope.walk() if not node.name] == []


def test_what_the_model_names_is_in_the_bundle(folder: Path) -> None:
    found, known = passport(folder), forms(folder)
    known_connectors = (PaymentConnector, DocumentConnector, NoticeConnector)
    settings = {"register": RegisterSettings(), **{one.name: one.settings for one in known_connectors}}
    for _, _, definitions in models(folder):
        for process in definitions.processes.values():
            for _, node in process.scope.walk():
                said = node.meaning
                if isinstance(node, UserTask | StartEvent) and said.form is not None:
                    assert said.form.form_id in known, node.id
                if isinstance(node, ServiceTask):
                    headers = {k: v for k, v in said.headers.items() if k not in HEADERS_OF_THE_ENGINE}
                    assert settings[said.task_definition.type].faults(headers) == (), node.id
                assert said.properties.get("milestone", next(iter(found.milestones))) in found.milestones, node.id
                assert said.properties.get("evidence") in (None, *found.evidence), node.id
                assert said.properties.get("term", "statutory") in found.terms, node.id


def test_every_register_look_up_has_a_fallback(folder: Path) -> None:
    for _, _, definitions in models(folder):
        for process in definitions.processes.values():
            for scope, node in process.scope.walk():
                if isinstance(node, ServiceTask) and node.meaning.headers.get("operation", "").startswith("GET "):
                    assert node.meaning.headers.get("errorOnFailure"), node.id
                    assert scope.boundary_events_of(node.id), node.id


def test_every_milestone_is_reached_by_some_element(folder: Path) -> None:
    marks = {
        node.meaning.properties.get("milestone")
        for _, _, definitions in models(folder)
        for process in definitions.processes.values()
        for _, node in process.scope.walk()
    }
    assert set(passport(folder).milestones) <= marks


def test_every_end_of_the_process_decides_or_is_no_end_of_the_case(folder: Path) -> None:
    outcomes = {
        node.meaning.properties["outcome"]
        for _, _, definitions in models(folder)
        for process in definitions.processes.values()
        for _, node in process.scope.walk()
        if isinstance(node, EndEvent) and "outcome" in node.meaning.properties
    }
    assert outcomes >= {"granted", "refused", "withdrawn"}


def shapes(content: bytes) -> Mapping[str, tuple[float, float, float, float]]:
    root = etree.fromstring(content)
    found: dict[str, tuple[float, float, float, float]] = {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        assert bounds is not None
        x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
        found[str(shape.get("bpmnElement"))] = (x, y, width, height)
    return found


def edges(content: bytes) -> Mapping[str, list[tuple[float, float]]]:
    return {
        str(edge.get("bpmnElement")): [(float(p.get("x", 0)), float(p.get("y", 0))) for p in edge.iter(WAYPOINT)]
        for edge in etree.fromstring(content).iter(f"{DI}BPMNEdge")
    }


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def test_every_node_has_a_shape_and_every_flow_an_edge(folder: Path) -> None:
    for _, content, definitions in models(folder):
        drawn, lines = shapes(content), edges(content)
        for process in definitions.processes.values():
            for scope, node in process.scope.walk():
                assert node.id in drawn
                assert set(scope.flows) <= set(lines)


def test_shapes_do_not_overlap_and_stay_inside_their_scope(folder: Path) -> None:
    for _, content, definitions in models(folder):
        drawn = shapes(content)
        for process in definitions.processes.values():
            nodes = [(scope, node) for scope, node in process.scope.walk()]
            for scope, node in nodes:
                beside = [
                    other.id
                    for around, other in nodes
                    if around is scope
                    and other is not node
                    and not isinstance(other, BoundaryEvent)
                    and not isinstance(node, BoundaryEvent)
                    and overlap(drawn[node.id], drawn[other.id])
                ]
                assert beside == [], node.id
                if isinstance(node, SubProcess):
                    x, y, width, height = drawn[node.id]
                    for inner in node.scope.nodes:
                        ix, iy, iwidth, iheight = drawn[inner]
                        assert x < ix, inner
                        assert y < iy, inner
                        assert ix + iwidth < x + width, inner
                        assert iy + iheight < y + height, inner


def test_boundary_events_sit_on_the_edge_of_their_activity(folder: Path) -> None:
    for _, content, definitions in models(folder):
        drawn = shapes(content)
        for process in definitions.processes.values():
            for _, node in process.scope.walk():
                if isinstance(node, BoundaryEvent):
                    x, y, width, height = drawn[node.attached_to]
                    ex, ey, ewidth, eheight = drawn[node.id]
                    middle = (ex + ewidth / 2, ey + eheight / 2)
                    on_side = min(abs(middle[0] - x), abs(middle[0] - x - width)) < 2
                    on_level = min(abs(middle[1] - y), abs(middle[1] - y - height)) < 2
                    assert on_side or on_level, node.id


def test_flows_are_drawn_in_right_angles_from_shape_to_shape(folder: Path) -> None:
    for _, content, definitions in models(folder):
        drawn, lines = shapes(content), edges(content)
        for process in definitions.processes.values():
            for flow in _flows(process.scope):
                points = lines[flow.id]
                for (x1, y1), (x2, y2) in pairwise(points):
                    assert x1 == x2 or y1 == y2, flow.id
                for end, point in ((flow.source, points[0]), (flow.target, points[-1])):
                    x, y, width, height = drawn[end]
                    assert x - 2 <= point[0] <= x + width + 2, flow.id
                    assert y - 2 <= point[1] <= y + height + 2, flow.id


def test_flows_do_not_run_through_tasks(folder: Path) -> None:
    for _, content, definitions in models(folder):
        drawn, lines = shapes(content), edges(content)
        for process in definitions.processes.values():
            solid = {n.id for _, n in process.scope.walk() if not isinstance(n, SubProcess | BoundaryEvent)}
            for flow in _flows(process.scope):
                for (x1, y1), (x2, y2) in pairwise(lines[flow.id]):
                    line = (min(x1, x2) - 1, min(y1, y2) - 1, abs(x1 - x2) + 2, abs(y1 - y2) + 2)
                    through = [id for id in solid - {flow.source, flow.target} if overlap(line, drawn[id])]
                    assert through == [], flow.id


def _flows(scope: Any) -> Iterator[Any]:
    yield from scope.flows.values()
    for _, node in scope.walk():
        if isinstance(node, SubProcess):
            yield from node.scope.flows.values()
