"""What a provider's claims say of a person here: name, numbers, duties, and whether a second factor was used. Pure.

Nothing is given that no rule gives. A claim of another kind than expected is passed over or refused, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from engine.casework.shown_name import checked_shown_name
from engine.errors import Forbidden, Invalid
from onewindow.federation.providers import SecondFactorRule, SignIn

Claims = Mapping[str, Any]
_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,19}")
"""Plain letters only: a number in look-alike letters would be another one."""
_MOST_VALUES: Final = 1_000


class ClaimsUnusable(Forbidden):
    """A provider says something of a person that cannot be so."""

    code = "claims-unusable"

    def __init__(self, claim: str, expected: str) -> None:
        super().__init__(
            f"The identity provider sent no usable {claim}: expected {expected}.",
            remedy="Tell an operator: the claim is read as the file of identity providers says.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as a provider describes her."""

    subject: str
    """The provider's own key of her, which never goes to another."""
    name: str | None
    """Checked; None when the provider says none."""
    pin: str | None
    tin: str | None
    duties: frozenset[str]
    proved_at: datetime | None
    """When she last proved herself at the provider (`auth_time`); None when it does not say."""
    second_factor: bool
    """Whether that was with a second factor."""
    provider_session: str | None
    """The provider's key of her session there (`sid`)."""


def person_of(claims: Claims, rules: SignIn) -> Person:
    """Read claims that were checked. Raises ClaimsUnusable, NameImitates."""
    name = claim_at(claims, rules.name_claim)
    return Person(
        subject=subject_of(claims),
        name=_name(name) if isinstance(name, str) and name.strip() else None,
        pin=_number(claims, rules.pin_claim, "personal number"),
        tin=_number(claims, rules.tin_claim, "taxpayer's number"),
        duties=frozenset(_duties(claims, rules)),
        proved_at=moment_of(claims, "auth_time"),
        second_factor=second_factor_was_used(claims, rules.second_factor),
        provider_session=_session(claims.get("sid")),
    )


def subject_of(claims: Claims) -> str:
    """Whom a token is about: at most 255 ASCII characters (OpenID Connect Core, 2). Raises ClaimsUnusable."""
    subject = claims.get("sub")
    if isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isascii() and subject.isprintable():
        return subject
    raise ClaimsUnusable("sub", "1 to 255 visible ASCII characters")


def claim_at(claims: Claims, named: str) -> Any:
    """A claim by its name, or a member of one by a JSON pointer (RFC 6901); None when it is not there."""
    if not named.startswith("/"):
        return claims.get(named)
    found: Any = claims
    for step in named[1:].split("/"):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step.replace("~1", "/").replace("~0", "~"))
    return found


def second_factor_was_used(claims: Claims, rule: SecondFactorRule) -> bool:
    """Whether a token says by one of the words agreed on that a second factor was used."""
    acr, amr = claims.get("acr"), claims.get("amr")
    by_class = isinstance(acr, str) and acr in rule.acr
    by_method = isinstance(amr, list) and any(isinstance(one, str) and one in rule.amr for one in amr)
    return by_class or by_method


def moment_of(claims: Claims, name: str) -> datetime | None:
    """A moment in seconds since 1970 (RFC 7519, 2); None when the claim is not there. Raises ClaimsUnusable."""
    said = claims.get(name)
    if said is None:
        return None
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said < 1e11:
        return datetime.fromtimestamp(said, UTC)
    raise ClaimsUnusable(name, "seconds since 1970")


def _duties(claims: Claims, rules: SignIn) -> Iterator[str]:
    for rule in rules.rules:
        if not rule.claim or rule.values & _words(claim_at(claims, rule.claim)):
            yield from rule.duties


def _words(found: Any) -> frozenset[str]:
    """The texts of a claim that is one text or a list; what is neither holds none."""
    if isinstance(found, str):
        return frozenset({found})
    if isinstance(found, list):
        return frozenset(one for one in found[:_MOST_VALUES] if isinstance(one, str))
    return frozenset()


def _name(text: str) -> str:
    try:
        return checked_shown_name(text)
    except Invalid as fault:
        raise ClaimsUnusable("name", f"one that imitates no other ({fault.message})") from fault


def _number(claims: Claims, named: str, what: str) -> str | None:
    found = claim_at(claims, named) if named else None
    if found is None or found == "":
        return None
    if isinstance(found, str) and _NUMBER.fullmatch(found):
        return found
    raise ClaimsUnusable(what, "at most 20 plain letters, digits and hyphens")


def _session(found: Any) -> str | None:
    return found if isinstance(found, str) and 0 < len(found) <= 255 and found.isprintable() else None
