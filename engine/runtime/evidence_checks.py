"""What a passport promises of its proofs, held against the model: who asks the register, and who stands in for it.

Each proof with a register is fetched by a task that bears its mark; one of the connector `register` asks that very
register. Where a fallback is promised, whatever the look-up can throw (its failure, `no-record`, `disagrees`) must lead
to a user task with the same mark for the person named: a clerk, or the applicant. What leads nowhere would stand still
as an incident, and the citizen would be told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from engine.bpmn.model import Activity, UserTask
from engine.casework.passport import EvidenceRequirement, Fallback, ServicePassport
from engine.diagnostics import Diagnostic, Severity
from engine.runtime.agreement import DISAGREES
from engine.runtime.finish_job import NO_CONSENT
from engine.runtime.marks import AGREES, EVIDENCE
from engine.runtime.ways import ANY, Drawn, DrawnOf, Place, Ways

REGISTER: Final = "register"
"""The connector that looks up in registers, and its header with the name of one."""
_FAILURE: Final = "errorOnFailure"
_NO_RECORD: Final = "no-record"
_APPLICANT: Final = "case.applicant"


FileOf: TypeAlias = Callable[[str], str]
"""The file that a process stands in."""


def evidence_faults(
    passport: ServicePassport, model: Drawn, drawn_of: DrawnOf, file_of: FileOf
) -> Iterator[Diagnostic]:
    """What does not hold in the model that the passport names, with its sub-processes and all that it calls."""
    ways = Ways(model, drawn_of)
    fetching = [place for place in ways.places if _is_call(place)]
    for key, wanted in passport.evidence.items():
        if wanted.register is not None:
            yield from _fetched(key, wanted, model, fetching, ways, file_of)
    for place in fetching:
        if EVIDENCE not in place.node.meaning.properties and _is_lookup(place):
            yield _at(
                place,
                file_of,
                "lookup-without-evidence",
                f"The look-up {place.node.id!r:.100} proves nothing that the passport of {passport.key} names.",
                "Name the proof in the passport, and give the task the property `evidence`.",
                Severity.warning,
            )


def _fetched(
    key: str, wanted: EvidenceRequirement, model: Drawn, fetching: list[Place], ways: Ways, file_of: FileOf
) -> Iterator[Diagnostic]:
    found = [place for place in fetching if place.node.meaning.properties.get(EVIDENCE) == key]
    if not found:
        yield Diagnostic(
            "evidence-not-fetched",
            f"The passport says that {key!r:.80} comes from the register {wanted.register}, but no service task of "
            f"{model.process.id!r:.80} bears the property `evidence` with it.",
            "Give it to the task that asks, or take `register` out of the passport.",
            Severity.warning,
            file=file_of(model.process.id),
        )
    for place in found:
        asked = place.node.meaning.headers.get(REGISTER, "")
        if _type(place) == REGISTER and asked and not asked.startswith("=") and asked != wanted.register:
            yield _at(
                place,
                file_of,
                "evidence-of-another-register",
                f"The passport says that {key!r:.80} comes from the register {wanted.register}, but the task asks "
                f"{asked!r:.80}.",
                "Correct one of the two: citizens are told what the passport says.",
            )
        if wanted.fallback is not Fallback.none:
            yield from _stood_in(key, wanted, place, ways, file_of)
        yield from _uncaught(key, wanted, place, ways, file_of)


def _stood_in(key: str, wanted: EvidenceRequirement, place: Place, ways: Ways, file_of: FileOf) -> Iterator[Diagnostic]:
    headers = place.node.meaning.headers
    who = "the applicant" if wanted.fallback is Fallback.applicant else "a clerk"
    failure = headers.get(_FAILURE)
    caught = ways.catchers(place, ANY if failure.startswith("=") else failure) if failure else [None]
    catchers = [catcher for catcher in caught if catcher is not None]
    if len(catchers) < len(caught):
        yield _at(
            place,
            file_of,
            "evidence-without-fallback",
            f"The passport says that {who} supplies {key!r:.80} while the register is down, but its failure leads "
            "nowhere: the case would stop with an incident.",
            f"Set the header `{_FAILURE}`, and put an error event with that code on the task that leads to a user task "
            f"with the property `evidence` = {key}.",
        )
    elif not all(_is_supplied(key, wanted, ways.reached_from([catcher], but=place)) for catcher in catchers):
        yield _at(
            place,
            file_of,
            "evidence-without-fallback",
            f"The passport says that {who} supplies {key!r:.80} while the register is down, but the error of the task "
            f"leads to no user task for {who} with the property `evidence` = {key}.",
            "Add the task, correct who is to do it, or correct `fallback` in the passport.",
        )


def _uncaught(key: str, wanted: EvidenceRequirement, place: Place, ways: Ways, file_of: FileOf) -> Iterator[Diagnostic]:
    for code, when in _also_thrown(wanted, place):
        caught = ways.catchers(place, code)
        if code == NO_CONSENT and wanted.fallback is not Fallback.none:
            # What was promised for a register that is down holds here as well.
            caught = [
                one if one is not None and _is_supplied(key, wanted, ways.reached_from([one], but=place)) else None
                for one in caught
            ]
        if any(catcher is None for catcher in caught):
            yield _at(
                place,
                file_of,
                f"evidence-{code}-uncaught",
                f"When {when}, the look-up ends in the error {code!r}, and nothing catches it and leads on "
                "to who stands in.",
                f"Let an error event of the task catch {code!r}, or every error, and lead on.",
            )


def _also_thrown(wanted: EvidenceRequirement, place: Place) -> Iterator[tuple[str, str]]:
    """Errors of a look-up that was answered, or not made, and when they come."""
    meaning = place.node.meaning
    if wanted.fallback is not Fallback.none and _is_lookup(place) and meaning.headers.get("missing") != "null":
        yield _NO_RECORD, "the register knows nobody of that number"
    if AGREES in meaning.properties:
        yield DISAGREES, "the register's answer does not agree with what the applicant stated"
    if wanted.consent is not None:
        yield NO_CONSENT, "the applicant does not consent to the look-up"


def _is_supplied(key: str, wanted: EvidenceRequirement, reached: Iterator[Place]) -> bool:
    return any(
        isinstance(place.node, UserTask)
        and place.node.meaning.properties.get(EVIDENCE) == key
        and _is_for_applicant(place.node) == (wanted.fallback is Fallback.applicant)
        for place in reached
    )


def _is_call(place: Place) -> bool:
    return isinstance(place.node, Activity) and place.node.meaning.task_definition is not None


def _type(place: Place) -> str:
    definition = place.node.meaning.task_definition
    return definition.type if definition is not None else ""


def _is_lookup(place: Place) -> bool:
    return _type(place) == REGISTER and place.node.meaning.headers.get("operation", "").startswith("GET")


def _is_for_applicant(task: UserTask) -> bool:
    assignment = task.meaning.assignment
    return assignment is not None and _APPLICANT in (assignment.assignee or "")


def _at(
    place: Place, file_of: FileOf, rule: str, message: str, remedy: str, severity: Severity = Severity.error
) -> Diagnostic:
    file, node = file_of(place.process_id), place.node
    return Diagnostic(rule, message, remedy, severity, file=file, element_id=node.id, line=node.line)
