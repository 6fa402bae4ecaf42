"""Separation of duties: which people may do a task, given who did others of the same case. Pure.

A model declares it by properties of a user task:

notSameAs     ids of tasks: not the person who did one of them; the other way round as well, whichever comes first
sameAs        ids of tasks: the person who did one of them last goes on, as long as she works in the queue
fourEyes      a word: tasks of a process that bear the same word are done by different persons
notApplicant  `true`: not the applicant, nor who represents her or is represented by her under a mandate

Who acts for an absent colleague, or for an applicant, counts as both. It is held when a task is claimed, handed over
and completed; what somebody holds counts beside what she did while she claims. The term is that of ISO/IEC 27002:2022,
5.3; the patterns are 4 (separation of duties) and 7 (retain familiar) of the workflow resource patterns (Russell et
al., 2005).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.errors import Forbidden

NOT_SAME_AS: Final = "notSameAs"
SAME_AS: Final = "sameAs"
FOUR_EYES: Final = "fourEyes"
NOT_APPLICANT: Final = "notApplicant"
DECLARED: Final = (NOT_SAME_AS, SAME_AS, FOUR_EYES, NOT_APPLICANT)
APART: Final = "ow:apart"
"""What an open task keeps of the rules of others that concern it: `task:rule` pairs, apart by spaces."""


class DutiesSeparated(Forbidden):
    """The model wants another person for this task."""

    code = "duties-separated"

    def __init__(self, bar: Bar) -> None:
        super().__init__(bar.why, remedy=bar.remedy, rule=bar.rule, earlier_task=bar.earlier)


@dataclass(frozen=True, slots=True)
class Bar:
    """Why somebody may not do a task, and who may. It names tasks, never persons."""

    rule: str
    why: str
    remedy: str
    earlier: str | None = None
    """The task that stands against it, by its id."""


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Who completed a task of an instance, or holds one."""

    element_id: str
    account: str
    acted_for: str | None = None
    """For whom; None for herself."""
    name: str = ""
    is_done: bool = True
    """False while it is held only."""

    @property
    def persons(self) -> frozenset[str]:
        """Who did it, and for whom."""
        return frozenset({self.account}) if self.acted_for is None else frozenset({self.account, self.acted_for})


@dataclass(frozen=True, slots=True)
class Separation:
    """The rules of one task, and what they are held against."""

    task_name: str = ""
    queue: str = ""
    apart_from: Mapping[str, str] = field(default_factory=dict)
    """By id of the other task: the rule that parts them."""
    same_as: frozenset[str] = frozenset()
    not_applicant: bool = False
    done: Sequence[DoneBy] = ()
    """What was done in the instance, the first one first, and what is held."""
    applicants: frozenset[str] = frozenset()
    """The applicant, who applied for her, and whom mandates bind to either."""
    gone: frozenset[str] = frozenset()
    """Of those that `same_as` leads to, who do not work in the queue any more."""

    def bar(self, account: str, acted_for: str | None = None, *, claims: bool = False) -> Bar | None:
        """What stands against somebody's doing the task; None when nothing does. `claims` counts what she holds."""
        acting = {account} if acted_for is None else {account, acted_for}
        for one in self.done:
            rule = self.apart_from.get(one.element_id)
            if rule is not None and (one.is_done or claims) and not acting.isdisjoint(one.persons):
                return self._apart(one, rule)
        if self.not_applicant and not acting.isdisjoint(self.applicants):
            return Bar(
                NOT_APPLICANT,
                f"{self._named} is not done by the applicant, nor by who represents her or is represented by her.",
                self._others,
            )
        return self._not_same(acting)

    def require(self, account: str, acted_for: str | None = None, *, claims: bool = False) -> None:
        """See that nothing stands against it. Raises DutiesSeparated."""
        bar = self.bar(account, acted_for, claims=claims)
        if bar is not None:
            raise DutiesSeparated(bar)

    def chosen(self, account: str, colleagues: Collection[str], *, claims: bool = False) -> str | None:
        """For whom of several absent colleagues somebody acts: the first whom nothing stands against, else the first.

        None where there are none.
        """
        in_order = sorted(colleagues)
        free = (one for one in in_order if self.bar(account, one, claims=claims) is None)
        return next(free, in_order[0] if in_order else None)

    def _apart(self, one: DoneBy, rule: str) -> Bar:
        did = "did" if one.is_done else "holds"
        remedy = self._others if one.is_done else f"Release {_quoted(one)} first, or leave this one to another person."
        return Bar(rule, f"{self._named} is not done by who {did} {_quoted(one)} in this case.", remedy, one.element_id)

    def _not_same(self, acting: set[str]) -> Bar | None:
        last: dict[str, DoneBy] = {one.element_id: one for one in self.done if one.is_done}
        bound = [one for name, one in last.items() if name in self.same_as and not one.persons <= self.gone]
        if not bound or any(not acting.isdisjoint(one.persons) for one in bound):
            return None
        return Bar(
            SAME_AS,
            f"{self._named} goes on with who did {_quoted(bound[0])} in this case.",
            "Leave it to her, or to her deputy while she is away.",
            bound[0].element_id,
        )

    @property
    def _named(self) -> str:
        return f"The task {self.task_name[:100]!r}"

    @property
    def _others(self) -> str:
        return f"Another member of queue {self.queue} may do it." if self.queue else "Another person may do it."


NO_RULES: Final = Separation()
"""Of a task whose model separates nothing."""


def is_separated(properties: Mapping[str, str]) -> bool:
    """Whether rules of separation concern a task with these properties."""
    return APART in properties or SAME_AS in properties or properties.get(NOT_APPLICANT) == "true"


def named_tasks(said: str | None) -> tuple[str, ...]:
    """The ids of tasks in the value of a property: apart by commas or blanks."""
    return tuple((said or "").replace(",", " ").split())


def written(apart_from: Mapping[str, str]) -> str:
    """How an open task keeps what it is apart from."""
    return " ".join(f"{task}:{rule}" for task, rule in sorted(apart_from.items()))


def read_apart(text: str | None) -> dict[str, str]:
    """What `written` wrote."""
    pairs = (pair.rpartition(":") for pair in (text or "").split())
    return {task: rule for task, _, rule in pairs}


def _quoted(one: DoneBy) -> str:
    return repr((one.name or one.element_id)[:100])
