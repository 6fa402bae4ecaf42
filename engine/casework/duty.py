"""Duties as words, as operators write them: in files, on the command line, in lists and in the journal.

`citizen`, `analyst`, `operator`, a queue `agency:role`, `supervisor of <agency>`, `administrator of <agency>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from engine.casework.actor import Actor
from engine.errors import Invalid
from engine.identity import QueueName

FLAGS: Final = ("citizen", "analyst", "operator")
SUPERVISOR: Final = "supervisor of "
ADMINISTRATOR: Final = "administrator of "
_AGENCY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Duties parted by their kinds."""

    flags: frozenset[str] = field(default_factory=frozenset)
    queues: frozenset[QueueName] = field(default_factory=frozenset)
    supervises: frozenset[str] = field(default_factory=frozenset)
    administers: frozenset[str] = field(default_factory=frozenset)

    @property
    def agencies(self) -> frozenset[str]:
        """All agencies they name."""
        return frozenset(queue.agency for queue in self.queues) | self.supervises | self.administers


def checked_duty(text: str) -> str:
    """A duty as it is written. Raises Invalid."""
    parted([text])
    return text


def parted(duties: Iterable[str]) -> Parts:
    """Duties by their kinds. Raises Invalid for a word that is none."""
    flags, queues, supervises, administers = set(), set(), set(), set()
    for duty in duties:
        if duty in FLAGS:
            flags.add(duty)
        elif duty.startswith(SUPERVISOR):
            supervises.add(_agency(duty, SUPERVISOR))
        elif duty.startswith(ADMINISTRATOR):
            administers.add(_agency(duty, ADMINISTRATOR))
        else:
            queues.add(_queue(duty))
    return Parts(
        flags=frozenset(flags),
        queues=frozenset(queues),
        supervises=frozenset(supervises),
        administers=frozenset(administers),
    )


def duties_of(actor: Actor) -> frozenset[str]:
    """The duties an account has, without those of deputies and mandates, which end by themselves."""
    held = {"citizen": actor.citizen, "analyst": actor.analyst, "operator": actor.operator}
    return frozenset(
        [
            *(flag for flag in FLAGS if held[flag]),
            *map(str, actor.queues),
            *(f"{SUPERVISOR}{agency}" for agency in actor.supervises),
            *(f"{ADMINISTRATOR}{agency}" for agency in actor.administers),
        ]
    )


def _agency(duty: str, kind: str) -> str:
    agency = duty.removeprefix(kind)
    if _AGENCY.fullmatch(agency) is None:
        raise _none(duty)
    return agency


def _queue(duty: str) -> QueueName:
    try:
        return QueueName.parse(duty)
    except Invalid as fault:
        raise _none(duty) from fault


def _none(duty: str) -> Invalid:
    return Invalid(
        f"{duty!r:.90} is no duty.",
        remedy="Write citizen, analyst, operator, a queue such as traffic-police:examiner, "
        "supervisor of traffic-police, or administrator of traffic-police.",
    )
