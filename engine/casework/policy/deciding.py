"""Decides (subject, action, resource) by the rules, and says why: `decide` tells, `permit` refuses.

A decision looks at nothing but what it is given; it costs microseconds (`policy_us` of the benchmark).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.casework.actor import Actor, DutyMissing
from engine.casework.policy.actions import RULES, Action, Rule
from engine.casework.policy.relations import HERE, ROLES, SAID, Relation, Thing, roles_of
from engine.errors import Forbidden, NotFound


class NotPermitted(Forbidden):
    """No rule lets the caller do this with a thing she may know of."""

    code = "not-permitted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, and by which relation."""

    allowed: bool
    hidden: bool
    """Whether the subject may not even know that the thing exists: it is answered 404."""
    action: Action
    by: Relation | None = None
    """What lets her; None where nothing does."""

    @property
    def why(self) -> str:
        """The reason in words."""
        rule = RULES[self.action]
        if self.by is None:
            return rule.refusal
        return f"Of {SAID[self.by]}, who may {rule.does}."


def decide(subject: Actor, action: Action, resource: Thing | None = None) -> Verdict:
    """Whether somebody may do something with a thing; without one, whether she may do it at all."""
    rule = RULES[action]
    by = _relation(subject, rule, resource)
    if by is not None:
        return Verdict(True, False, action, by)
    seen_by = rule.seen_by
    is_hidden = (
        resource is not None
        and seen_by is not None
        and (seen_by is action or _relation(subject, RULES[seen_by], resource) is None)
    )
    return Verdict(False, is_hidden, action)


def permit(subject: Actor, action: Action, resource: Thing | None = None) -> None:
    """See that somebody may do something.

    Raises NotFound for who may not know of the thing, NotPermitted for who may, DutyMissing where there is no thing.
    """
    verdict = decide(subject, action, resource)
    if verdict.allowed:
        return
    rule = RULES[action]
    if resource is None:
        raise DutyMissing(" or ".join(str(one) for one in rule.who if one is not Relation.engine), rule.does)
    if verdict.hidden:
        raise NotFound.of(resource.kind, resource.key)
    raise NotPermitted(verdict.why, remedy="Ask one of them.", action=str(action))


def _relation(subject: Actor, rule: Rule, resource: Thing | None) -> Relation | None:
    if resource is not None:
        for relation in rule.who:
            if HERE[relation](subject, resource):
                return relation
        return None
    for relation in rule.who:
        if relation in _OF_NOTHING:
            if HERE[relation](subject, _NOTHING):
                return relation
        elif roles_of(subject) & rule.roles & ROLES[relation]:
            return relation
    return None


_NOTHING = Thing(kind="nothing")
_OF_NOTHING = frozenset(
    {Relation.everyone, Relation.signed_in, Relation.citizen, Relation.official, Relation.analyst, Relation.operator}
    | {Relation.engine}
)
"""Relations that are of no thing."""
