"""What the files of a bundle name, and whether it exists: connectors, forms, decisions, processes, queues, marks. Pure.

What is deployed already is asked through `Known`. A circle of calls through processes deployed before is found too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.bpmn.kernel.port import Reference, StartKind
from engine.bpmn.lint import call_cycles
from engine.bpmn.model import Binding, Process
from engine.casework.decision import Outcome
from engine.casework.passport import ServicePassport
from engine.casework.term import Silence
from engine.diagnostics import Diagnostic, Severity
from engine.errors import Invalid
from engine.identity import QueueName
from engine.runtime.bundle import Bundle
from engine.runtime.evidence_checks import evidence_faults
from engine.runtime.marks import EVIDENCE, MILESTONE, OUTCOME, TERM, marks_said
from engine.runtime.ports import JobSettings
from engine.runtime.ways import Drawn

_TACIT: Final = {Silence.consent: Outcome.tacit_granted, Silence.refusal: Outcome.tacit_refused}
COMMON_HEADERS = frozenset({"retryBackoff", "errorOnFailure"})
"""Task headers that the engine reads itself, whatever the connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a bundle may name beyond its own files."""

    job_types: Mapping[str, JobSettings]
    is_deployed: Callable[[str, str, Binding, str | None], bool]
    """(kind, key, binding, version tag)."""
    queues: frozenset[QueueName] | None
    """Those that were set up; None takes every well-formed name."""
    message_starters: Callable[[str], str | None]
    """The deployed process that a message of this name starts."""
    deployed_model: Callable[[str], Process | None]
    """The newest deployed model of a process."""
    deployed_error_codes: Callable[[str], Mapping[str, str]] = lambda _: {}
    """The codes of the errors of its file, by id."""


def check_references(bundle: Bundle, known: Known) -> None:
    """Add a finding for everything that is named and does not exist."""
    for process_id, compiled in bundle.compiled.items():
        file = bundle.file_of("process", process_id)
        for reference in compiled.references:
            fault = _fault(reference, bundle, known)
            if fault is not None:
                rule, message, remedy = fault
                bundle.refuse(rule, message, remedy, file, reference.element_id, reference.line)
        for trigger in compiled.start_triggers:
            if trigger.form_id is not None and not _has_form(bundle, known, trigger.form_id):
                bundle.refuse(*_missing("form", trigger.form_id), file, trigger.element_id)
    _check_message_starts(bundle, known)
    _check_cycles(bundle, known)
    for file, passport in bundle.passports.items():
        _check_passport(bundle, known, file, passport)


def _fault(reference: Reference, bundle: Bundle, known: Known) -> tuple[str, str, str] | None:
    if reference.name.startswith("="):
        return None
    if reference.kind == "connector":
        return _connector_fault(reference, bundle, known)
    if reference.kind == "queue":
        return _queue_fault(reference.name, known)
    in_bundle = bundle.has(reference.kind, reference.name) and reference.binding is not Binding.version_tag
    if in_bundle or known.is_deployed(reference.kind, reference.name, reference.binding, reference.version_tag):
        return None
    if reference.binding is Binding.version_tag and _tagged_in_bundle(reference, bundle):
        return None
    return _missing(reference.kind, reference.name)


def _connector_fault(reference: Reference, bundle: Bundle, known: Known) -> tuple[str, str, str] | None:
    settings = known.job_types.get(reference.name)
    if settings is None:
        names = ", ".join(sorted(known.job_types)) or "none"
        return (
            "unknown-connector",
            f"There is no connector {reference.name!r:.100}.",
            f"Use one of these: {names}. An operator may install it, or name it in ONEWINDOW_EXTERNAL_JOB_TYPES "
            "when a program outside fetches such jobs.",
        )
    headers = {name: value for name, value in reference.headers.items() if name not in COMMON_HEADERS}
    faults = settings.faults(headers)
    if faults:
        return "connector-settings", " ".join(faults), "Correct the task headers."
    for kind, key in settings.named(headers):
        if not bundle.has(kind, key) and not known.is_deployed(kind, key, Binding.latest, None):
            return _missing(kind, key)
    return None


def _queue_fault(name: str, known: Known) -> tuple[str, str, str] | None:
    try:
        queue = QueueName.parse(name)
    except Invalid as wrong:
        return "queue-malformed", wrong.message, wrong.remedy
    if known.queues is None or queue in known.queues:
        return None
    near = get_close_matches(name, map(str, known.queues), n=1)
    return (
        "unknown-queue",
        f"There is no queue {name!r:.100}: nobody works in it.",
        f"Write {near[0]}." if near else "Correct the name, or ask an operator to make an account a member of it.",
    )


def _tagged_in_bundle(reference: Reference, bundle: Bundle) -> bool:
    return any(
        part.kind == reference.kind and part.key == reference.name and part.version_tag == reference.version_tag
        for part in bundle.parts
    )


def _missing(kind: str, name: str) -> tuple[str, str, str]:
    return (
        f"unknown-{kind}",
        f"There is no {kind} {name!r:.100}.",
        f"Deploy the {kind} together with the model, or correct the name.",
    )


def _has_form(bundle: Bundle, known: Known, form_id: str) -> bool:
    return bundle.has("form", form_id) or known.is_deployed("form", form_id, Binding.latest, None)


def _check_message_starts(bundle: Bundle, known: Known) -> None:
    """One message name starts one process: with two, nobody could say which."""
    starters: dict[str, str] = {}
    for process_id, compiled in bundle.compiled.items():
        for trigger in compiled.start_triggers:
            if trigger.kind is not StartKind.message or trigger.name.startswith("="):
                continue
            other = starters.get(trigger.name)
            if other is None:
                deployed = known.message_starters(trigger.name)
                other = deployed if deployed not in bundle.compiled else None
            if other is not None:
                where = "twice in this process" if other == process_id else f"also the process {other!r:.100}"
                bundle.refuse(
                    "clashing-starts",
                    f"The message {trigger.name!r:.100} starts this process and {where}.",
                    "Give one of the start events a message of its own.",
                    bundle.file_of("process", process_id),
                    trigger.element_id,
                )
            starters[trigger.name] = process_id


def _check_cycles(bundle: Bundle, known: Known) -> None:
    """Circles that run over several files or over what is deployed; those within one file are the lint's."""
    reported = {finding.element_id for finding in bundle.findings if finding.rule == "call-cycle"}
    for cycle in call_cycles(_with_called(bundle, known)):
        if cycle.element_id in reported:
            continue
        way = " -> ".join((*cycle.process_ids, cycle.process_ids[0]))
        bundle.refuse(
            "call-cycle",
            f"The processes call one another in a circle: {way:.300}.",
            "Draw the repetition as a loop inside one process.",
            bundle.file_of("process", cycle.process_id),
            cycle.element_id,
            cycle.line,
        )


def _with_called(bundle: Bundle, known: Known) -> Iterator[Process]:
    """The models of the bundle, and all that they call."""
    ahead, seen = list(bundle.models), set(bundle.models)
    while ahead:
        process_id = ahead.pop()
        model = bundle.models.get(process_id) or known.deployed_model(process_id)
        if model is None:
            continue
        yield model
        for _, node in model.scope.walk():
            called = node.meaning.called_element
            if called is not None and called.process_id not in seen:
                seen.add(called.process_id)
                ahead.append(called.process_id)


def _check_passport(bundle: Bundle, known: Known, file: str, passport: ServicePassport) -> None:
    if not bundle.has("process", passport.process_id) and not known.is_deployed(
        "process", passport.process_id, Binding.latest, None
    ):
        bundle.refuse(*_missing("process", passport.process_id), file)
    if passport.form_id is not None and not _has_form(bundle, known, passport.form_id):
        bundle.refuse(*_missing("form", passport.form_id), file)
    if passport.fee is not None and passport.fee.decision is not None:
        decision = passport.fee.decision
        if not bundle.has("decision", decision) and not known.is_deployed("decision", decision, Binding.latest, None):
            bundle.refuse(*_missing("decision", decision), file)
    model = bundle.models.get(passport.process_id) or known.deployed_model(passport.process_id)
    if model is not None:
        _check_marks(bundle, known, file, passport, model)


def _check_marks(bundle: Bundle, known: Known, file: str, passport: ServicePassport, model: Process) -> None:
    """What the model says of milestones, evidence and terms must stand in the passport."""
    model_file = bundle.file_of("process", model.id) or file
    promised = ((MILESTONE, passport.milestones), (EVIDENCE, passport.evidence), (TERM, passport.terms))
    for name, allowed in promised:
        for node, said in marks_said(model, name):
            if said not in allowed:
                bundle.refuse(
                    f"unknown-{name}",
                    f"The passport of {passport.key} knows no {name} {said!r:.80}; it knows "
                    f"{', '.join(sorted(allowed)) or 'none'}.",
                    f"Add it to {file}, or correct the property.",
                    model_file,
                    node.id,
                    node.line,
                )
    _check_silence(bundle, model_file, passport, model)
    _check_evidence(bundle, known, model_file, passport, model)
    if not any(True for _ in marks_said(model, OUTCOME)):
        bundle.refuse(
            "no-outcome",
            f"No element of process {model.id!r:.100} decides the case of service {passport.key}.",
            "Give its end events the property `outcome`, such as granted or refused.",
            model_file,
        )


def _check_evidence(bundle: Bundle, known: Known, file: str, passport: ServicePassport, model: Process) -> None:
    """What the passport promises of proofs, in the model and in what it calls; each finding in its own file."""

    def drawn_of(process_id: str) -> Drawn | None:
        found = bundle.models.get(process_id)
        if found is not None:
            return Drawn(found, bundle.error_codes[process_id])
        deployed = known.deployed_model(process_id)
        return None if deployed is None else Drawn(deployed, known.deployed_error_codes(process_id))

    main = drawn_of(model.id)
    if main is not None:
        bundle.findings.extend(
            evidence_faults(passport, main, drawn_of, lambda process: bundle.file_of("process", process) or file)
        )


def _check_silence(bundle: Bundle, model_file: str, passport: ServicePassport, model: Process) -> None:
    """Where silence decides by law, the model must decide so when the term passes."""
    term = passport.statutory_term
    wanted = _TACIT.get(term.silence) if term is not None else None
    if wanted is None or any(said == wanted for _, said in marks_said(model, OUTCOME)):
        return
    bundle.findings.append(
        Diagnostic(
            "silence-without-outcome",
            f"Silence means {term.silence if term else ''} by law, but no element of {model.id!r:.80} decides so.",
            f"Lead the timer of the term to an end event with the property outcome = {wanted}.",
            Severity.warning,
            file=model_file,
        )
    )
