"""Reads a BPMN 2.0 file into the model, within bounds, and says what it found wrong on the way.

What makes a file unreadable (no XML, a DOCTYPE, too large, another version) is raised as ModelRefused; every other
fault is a diagnostic beside a model that still holds all of the file, so that one reading names them all. Whether the
model is a good one is `lint`'s question, whether it can run is the kernel's. Source: OMG formal/2013-12-09, chapters 8
to 10.
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from engine.bpmn.findings import Findings
from engine.bpmn.inventory import check_lossless, inventory
from engine.bpmn.model import (
    Definitions,
    Error,
    Escalation,
    Message,
    MessageFlow,
    Participant,
    Process,
    Signal,
)
from engine.bpmn.reader.events import read_event_definition
from engine.bpmn.reader.scopes import by_id, read_artifacts, read_datum, read_scope
from engine.bpmn.reader.source import Markup, Source
from engine.bpmn.vocabulary import BPMN, EVENT_DEFINITIONS, FLOW_NODES
from engine.diagnostics import Diagnostic, ModelRefused, Severity
from engine.safe_xml import XmlLimits, line_of, parse_xml

__all__ = ["XmlLimits", "read_bpmn"]

_SLACK: Final = 100
"""Flow nodes let pass beyond the limit: the starts and ends around the tasks."""
_ELEMENTS_A_NODE: Final = 8
"""Elements of all kinds let pass for each flow node of the limit."""
_MODELER: Final = ("http://camunda.org/schema/modeler/1.0", "http://operaton.org/schema/modeler/1.0")


def read_bpmn(
    data: bytes, *, file: str | None = None, limits: XmlLimits | None = None
) -> tuple[Definitions, tuple[Diagnostic, ...]]:
    """The model of a file, with the findings of reading; `file` is its name within its bundle.

    `limits` bound the file: 5 MB, 5,000 flow nodes (and a hundred more for starts and ends), eight times as many
    elements in all (flows, data, lanes ...), 50 sub-processes inside one another. Raises ModelRefused when there is
    nothing that could be read: see `parse_xml`, and `not-bpmn`, `other-bpmn-version`, `too-many-elements`,
    `nested-too-deep`.
    """
    bounds = limits or XmlLimits()
    root = parse_xml(data, file=file, limits=bounds)
    _check_root(root, file)
    counted = _counted(data, file)
    nodes, elements = sum(counted.get(kind, 0) for kind in FLOW_NODES), sum(counted.values())
    if nodes > bounds.elements + _SLACK or elements > _ELEMENTS_A_NODE * bounds.elements:
        raise _refused(
            "too-many-elements",
            f"Expected at most {bounds.elements:,} flow nodes, found {nodes:,} ({elements:,} elements in all).",
            "Split the model into processes that call one another.",
            file,
        )
    findings = Findings(file)
    definitions = _read_definitions(Source(root, findings), counted, bounds)
    return definitions, findings.all() + check_lossless(definitions, file=file)


def _counted(data: bytes, file: str | None) -> dict[str, int]:
    """The inventory. Letters in names that only the fifth edition of XML 1.0 allows are read by some parsers only."""
    try:
        return inventory(data)
    except expat.ExpatError as fault:
        raise _refused(
            "not-xml",
            f"The file is no well-formed XML for every parser: {fault}.",
            "Write names of elements and attributes with common letters.",
            file,
        ) from fault


def _check_root(root: Markup, file: str | None) -> None:
    """Only BPMN 2.0's own `definitions` is read."""
    tag = str(root.tag)
    if tag == f"{{{BPMN}}}definitions":
        return
    namespace, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    lower = "" if namespace == BPMN else namespace.lower()
    if "dmn" in lower:
        raise _refused("not-bpmn", "This is a DMN file, not BPMN.", "Give it the ending .dmn.", file, root)
    if "bpmn" in lower or "xpdl" in lower:
        raise _refused(
            "other-bpmn-version",
            f"Expected BPMN 2.0 (namespace {BPMN}), found {name!r:.60} of {namespace!r:.120}.",
            "Open the file in a current modeler and export it as BPMN 2.0.",
            file,
            root,
        )
    message = f"Expected the root element definitions of BPMN 2.0, found {name!r:.60} of namespace {namespace!r:.120}."
    raise _refused("not-bpmn", message, "Send the BPMN file that the modeler saved.", file, root)


def _refused(rule: str, message: str, remedy: str, file: str | None, root: Markup | None = None) -> ModelRefused:
    line = None if root is None else line_of(root)
    return ModelRefused([Diagnostic(rule, message, remedy, line=line, file=file)])


def _read_definitions(source: Source, counted: dict[str, int], bounds: XmlLimits) -> Definitions:
    root = source.root
    shared = by_id(read_event_definition(source, child) for child in source.children(root, *EVENT_DEFINITIONS))
    processes = by_id(
        Process(
            **source.common(element),
            executable=source.flag(element, "isExecutable", False),
            scope=read_scope(source, element, shared, bounds.nesting),
        )
        for element in source.children(root, "process")
    )
    collaborations = list(source.children(root, "collaboration"))
    return Definitions(
        **source.common(root),
        target_namespace=root.get("targetNamespace") or "",
        exporter=root.get("exporter") or "",
        execution_platform=next(
            (str(root.get(f"{{{ns}}}executionPlatform")) for ns in _MODELER if root.get(f"{{{ns}}}executionPlatform")),
            "",
        ),
        processes=processes,
        messages=by_id(Message(**source.common(e)) for e in source.children(root, "message")),
        signals=by_id(Signal(**source.common(e)) for e in source.children(root, "signal")),
        errors=by_id(Error(**source.common(e), code=e.get("errorCode")) for e in source.children(root, "error")),
        escalations=by_id(
            Escalation(**source.common(e), code=e.get("escalationCode")) for e in source.children(root, "escalation")
        ),
        participants=by_id(
            Participant(**source.common(e), process=source.referred(e, "processRef", "process"))
            for collaboration in collaborations
            for e in source.children(collaboration, "participant")
        ),
        message_flows=by_id(
            _message_flow(source, e)
            for collaboration in collaborations
            for e in source.children(collaboration, "messageFlow")
        ),
        event_definitions=shared,
        data=by_id(read_datum(source, e) for e in source.children(root, "dataStore")),
        artifacts=by_id(a for collaboration in collaborations for a in read_artifacts(source, collaboration)),
        has_diagram=source.has_diagram,
        counted=counted,
    )


def _message_flow(source: Source, element: Markup) -> MessageFlow:
    ends = [source.reference(element.get(end)) or "" for end in ("sourceRef", "targetRef")]
    for end, named in zip(("sourceRef", "targetRef"), ends, strict=True):
        source.expect(element, end, named, severity=Severity.warning)
    return MessageFlow(**source.common(element), source=ends[0], target=ends[1])
