"""Which events subscribers can be told of: their types, what each carries, and from which act of the journal it comes.

Events carry ids, numbers of cases and words of the model; never a name, a personal number, an answer or a reason.
What stands in the journal and not here is told to nobody outside.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.errors import Invalid, NotFound, Place

PREFIX: Final = "onewindow."
MOST_PATTERNS: Final = 50
_PATTERN: Final = re.compile(r"\*|onewindow\.\*|onewindow(\.[a-z-]+)+(\.\*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One thing an event carries beside what all of them do."""

    meaning: str
    name_in_journal: str
    """What the entry of the journal calls it."""
    schema: Mapping[str, Any]
    """JSON Schema of its value."""
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """One type of event."""

    name: str
    """Such as `case.submitted`."""
    meaning: str
    subject: str
    """What the event is about: whose key stands in `subject`."""
    actions: tuple[str, ...] = ()
    """The acts of the journal it comes from."""
    carries: Mapping[str, Carried] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type in the event's envelope, such as `onewindow.case.submitted`."""
        return PREFIX + self.name

    def carried(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """What the event carries of an entry of the journal."""
        said = {name: detail.get(one.name_in_journal) for name, one in self.carries.items()}
        return {name: value for name, value in said.items() if value is not None}


def _word(meaning: str, name: str, *, optional: bool = False) -> Carried:
    return Carried(meaning=meaning, name_in_journal=name, schema={"type": "string"}, is_optional=optional)


def _moment(meaning: str, name: str) -> Carried:
    schema = {"type": "string", "format": "date-time"}
    return Carried(meaning=meaning, name_in_journal=name, schema=schema, is_optional=True)


def _one_of(meaning: str, name: str, *values: str) -> Carried:
    return Carried(meaning=meaning, name_in_journal=name, schema={"type": "string", "enum": list(values)})


_DEADLINE: Final = _moment("The legal deadline as it is now.", "deadline")
_ELEMENT: Final = _word("The element of the model.", "element")
_REFERENCE: Final = _word("The reference of the payment, which case and provider know it by.", "reference")
_AMOUNT: Final = _word("Amount and currency, such as `25.00 AZN`.", "amount")
_NUMBER: Final = _word("The number printed on the document.", "number")

_ALL: Final = (
    EventKind(
        name="case.submitted",
        meaning="An application was submitted, and its case opened.",
        subject="case",
        actions=("case.submitted",),
        carries={"channel": _word("How it was submitted.", "channel")},
    ),
    EventKind(
        name="case.status-changed",
        meaning="The case went from one state to another.",
        subject="case",
        actions=("case.status",),
        carries={"state": _word("The state it has now.", "state"), "was": _word("The state it had before.", "was")},
    ),
    EventKind(
        name="case.milestone-reached",
        meaning="The case reached a step that the citizen follows.",
        subject="case",
        actions=("case.milestone",),
        carries={"milestone": _word("Key of the step in the service's passport.", "milestone")},
    ),
    EventKind(
        name="case.withdrawal-requested",
        meaning="The applicant asked to take the application back.",
        subject="case",
        actions=("case.withdrawal",),
    ),
    EventKind(
        name="case.decided",
        meaning="The case was decided; reasons are read from the case.",
        subject="case",
        actions=("case.decided",),
        carries={"outcome": _word("How it was decided, such as granted or refused.", "outcome")},
    ),
    EventKind(
        name="case.closed",
        meaning="The case ended without a decision.",
        subject="case",
        actions=("case.closed",),
        carries={"state": _word("The state it ended in.", "state")},
    ),
    EventKind(
        name="case.erased",
        meaning="The record of the case was erased by schedule: whoever keeps something of it erases that too.",
        subject="case",
        actions=("case.erased",),
        carries={"legal_basis": _word("The law that says how long it was kept.", "legal_basis")},
    ),
    EventKind(
        name="deadline.clock-stopped",
        meaning="The clock of the statutory term stands still: the applicant has to do something.",
        subject="case",
        actions=("clock.stopped",),
    ),
    EventKind(
        name="deadline.clock-resumed",
        meaning="The clock of the statutory term runs again.",
        subject="case",
        actions=("clock.resumed",),
        carries={"deadline": _DEADLINE},
    ),
    EventKind(
        name="deadline.near",
        meaning="The statutory term ends soon; those who work on the case are reminded.",
        subject="case",
        actions=("deadline.near",),
        carries={"deadline": _moment("The legal deadline.", "deadline")},
    ),
    EventKind(
        name="deadline.passed",
        meaning="The statutory term has passed without a decision.",
        subject="case",
        actions=("deadline.passed",),
        carries={"deadline": _moment("The legal deadline that has passed.", "deadline")},
    ),
    EventKind(
        name="deadline.moved",
        meaning="The legal deadline is another one: the term was extended, or days no longer count.",
        subject="case",
        actions=("deadline.moved", "deadline.extended"),
        carries={"deadline": _moment("The legal deadline as it is now.", "deadline")},
    ),
    EventKind(
        name="deadline.near",
        meaning="The legal deadline is near, and a reminder was due.",
        subject="case",
        actions=("deadline.near",),
        carries={"deadline": _DEADLINE},
    ),
    EventKind(
        name="deadline.passed",
        meaning="The legal deadline has passed without a decision.",
        subject="case",
        actions=("deadline.passed",),
        carries={"deadline": _DEADLINE},
    ),
    EventKind(
        name="deadline.moved",
        meaning="The legal deadline is another day: the calendar of working days was changed.",
        subject="case",
        actions=("deadline.moved",),
        carries={"deadline": _DEADLINE},
    ),
    EventKind(
        name="deadline.extended",
        meaning="The statutory term was extended; the reasons are read from the case.",
        subject="case",
        actions=("deadline.extended",),
        carries={"length": _word("By how much, as an ISO 8601 duration.", "length"), "deadline": _DEADLINE},
    ),
    EventKind(
        name="task.created",
        meaning="A task was opened.",
        subject="task",
        actions=("task.opened",),
        carries={
            "element": _ELEMENT,
            "queue": _word("The queue it stands in; empty for the applicant's own.", "queue"),
        },
    ),
    EventKind(
        name="task.claimed",
        meaning="Somebody took a task.",
        subject="task",
        actions=("task.claimed", "task.assigned"),
    ),
    EventKind(name="task.released", meaning="A task was put back.", subject="task", actions=("task.released",)),
    EventKind(
        name="task.completed",
        meaning="A task was completed.",
        subject="task",
        actions=("task.completed",),
        carries={"element": _ELEMENT},
    ),
    EventKind(
        name="payment.opened",
        meaning="A fee is to be paid.",
        subject="payment",
        actions=("payment.opened",),
        carries={"reference": _REFERENCE, "amount": _AMOUNT},
    ),
    EventKind(
        name="payment.settled",
        meaning="A fee was paid, and its receipt made.",
        subject="payment",
        actions=("payment.settled",),
        carries={"reference": _REFERENCE, "receipt": _word("Number of the receipt.", "receipt")},
    ),
    EventKind(
        name="payment.failed",
        meaning="A payment was declined.",
        subject="payment",
        actions=("payment.failed",),
        carries={"reference": _REFERENCE},
    ),
    EventKind(
        name="payment.expired",
        meaning="A payment was not made in time.",
        subject="payment",
        actions=("payment.expired",),
        carries={"reference": _REFERENCE},
    ),
    EventKind(
        name="payment.cancelled",
        meaning="A payment was cancelled.",
        subject="payment",
        actions=("payment.cancelled",),
        carries={"reference": _REFERENCE},
    ),
    EventKind(
        name="payment.refunded",
        meaning="Money went back.",
        subject="payment",
        actions=("payment.refunded",),
        carries={"refund": _word("Key of the refund.", "refund"), "amount": _AMOUNT},
    ),
    EventKind(
        name="document.issued",
        meaning="A document was signed and issued.",
        subject="document",
        actions=("document.issued",),
        carries={"number": _NUMBER, "hash": _word("SHA-256 of the file, in hex.", "hash", optional=True)},
    ),
    EventKind(
        name="document.revoked",
        meaning="A document counts no longer.",
        subject="document",
        actions=("document.revoked",),
        carries={"number": _NUMBER},
    ),
    EventKind(
        name="incident.raised",
        meaning="An automatic step failed for good and awaits an operator.",
        subject="element or job",
        actions=("incident.raised",),
        carries={"code": _word("Stable name of what happened.", "code")},
    ),
    EventKind(
        name="incident.resolved",
        meaning="An operator repaired a failed step.",
        subject="incident",
        actions=("incident.resolved",),
        carries={"code": _word("Stable name of what had happened.", "code")},
    ),
    EventKind(name="instance.started", meaning="A process began.", subject="instance", actions=("instance.started",)),
    EventKind(
        name="instance.completed",
        meaning="A process ended by itself.",
        subject="instance",
        actions=("instance.completed", "instance.terminated"),
    ),
    EventKind(
        name="instance.cancelled",
        meaning="A process was ended by an operator.",
        subject="instance",
        actions=("instance.cancelled",),
    ),
    EventKind(name="test", meaning="Somebody asked for an event to try a subscription with.", subject="subscription"),
)

KINDS: Final[Mapping[str, EventKind]] = {kind.name: kind for kind in _ALL}
"""By name, in the order of a case."""
OF_ACTION: Final[Mapping[str, EventKind]] = {action: kind for kind in _ALL for action in kind.actions}
"""By act of the journal."""
TEST: Final = KINDS["test"]


class PatternUnknown(Invalid):
    """A subscription asks for events that there are none of."""

    code = "event-type-unknown"


def kind_named(name: str) -> EventKind:
    """The kind of a name such as `case.submitted`. Raises NotFound."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound.of("type of event", name)
    return found


def matches(patterns: Iterable[str], type: str) -> bool:
    """Whether a type is among those that patterns name: itself, `onewindow.case.*`, or `*` for all.

    A test is for the subscription it was asked for, and never matches.
    """
    return type != TEST.type and any(_covers(pattern, type) for pattern in patterns)


def check_patterns(patterns: Iterable[str]) -> tuple[str, ...]:
    """Patterns as they are kept, each once. Raises PatternUnknown for one that no event can match."""
    found = tuple(dict.fromkeys(patterns))
    types = [kind.type for kind in _ALL if kind is not TEST]
    places = [
        Place(f"/types/{number}", _unknown(pattern, types), "event-type-unknown")
        for number, pattern in enumerate(found)
        if _PATTERN.fullmatch(pattern) is None or not any(_covers(pattern, type) for type in types)
    ]
    if not 0 < len(found) <= MOST_PATTERNS:
        places.append(Place("/types", f"Expected 1 to {MOST_PATTERNS} types.", "out-of-range"))
    if places:
        raise PatternUnknown(
            "The types of events are wrong.", places=places, remedy="Read the types at GET /api/v1/events."
        )
    return found


def _covers(pattern: str, type: str) -> bool:
    return pattern in ("*", type) or (pattern.endswith(".*") and type.startswith(pattern[:-1]))


def _unknown(pattern: str, types: list[str]) -> str:
    prefixed = pattern if pattern.startswith(PREFIX) else PREFIX + pattern
    groups = sorted({f"{PREFIX}{name.split('.')[0]}.*" for name in KINDS})
    near = difflib.get_close_matches(prefixed, [*types, *groups], 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"There are no events of type {pattern!r:.120}.{meant}"
