"""Whose key encrypts: a person's, a case's, or that of the installation for what is nobody's in particular."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

INSTALLATION: Final = "s"
"""For what no person and no case stands behind, and where the person has no account."""
_PERSON: Final = "p"
_CASE: Final = "c"
Rule: TypeAlias = Sequence[tuple[str, str]]
"""Pairs of whose key and the column that names them; the first column with a value counts."""

OF_CASE: Final[Rule] = ((_CASE, "instance_id"),)
OF_INSTANCE: Final[Rule] = ((_CASE, "id"),)
NOBODY: Final[Rule] = ()


def person(account_id: str) -> str:
    """The owner that an account is."""
    return _PERSON + account_id


def case(instance_id: str) -> str:
    """The owner that an instance is, with the case behind it."""
    return _CASE + instance_id


def of_person(column: str) -> Rule:
    """By the column that holds the account."""
    return ((_PERSON, column),)


def is_owner(text: str) -> bool:
    """Whether a text may name somebody."""
    return text == INSTALLATION or (text[:1] in (_PERSON, _CASE) and text.isascii() and text.isprintable())


def is_case(owner: str) -> bool:
    """Whether a key stands with its instance."""
    return owner.startswith(_CASE)


def key_of(owner: str) -> str:
    """The account or the instance behind an owner."""
    return owner[1:]


def owner_by(rule: Rule, row: Mapping[str, Any]) -> str:
    """Whose key encrypts what stands in a row."""
    for kind, column in rule:
        if row[column]:
            return kind + str(row[column])
    return INSTALLATION
