"""Which passwords may be taken: long enough, not stolen, and more than words that anybody would try here.

Source: OWASP ASVS 5.0, 6.1.2 and 6.2; NIST SP 800-63B-4, 3.1.1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from engine.errors import Invalid, Place

SHORTEST: Final = 12
LONGEST: Final = 200
PRODUCT: Final = "onewindow"
_SHORTEST_WORD: Final = 4
_LEFT: Final = 8
"""So many letters and digits a password must have beside such words."""
_WORD: Final = re.compile(r"[^\W_]+")


class WeakPassword(Invalid):
    """A password is too short or too long."""

    code = "weak-password"


class BreachedPassword(WeakPassword):
    """A password is known to thieves: it stands in a list of those that were stolen."""

    code = "breached-password"


class GuessablePassword(WeakPassword):
    """A password is made of words that anybody would try first: of the product, the agency, the account itself."""

    code = "guessable-password"


class Breached(Protocol):
    """A list of passwords that nobody may take."""

    def __contains__(self, password: str) -> bool:
        """Whether it was stolen somewhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRules:
    """What a new password is held to."""

    breached: Breached | None = None
    words: frozenset[str] = frozenset({PRODUCT})
    """Words of this place: names of product, agencies, towns."""

    def check(self, password: str, own: Iterable[str] = ()) -> None:
        """See that a password may be taken; `own` are names of its account.

        Raises WeakPassword, GuessablePassword, BreachedPassword.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise WeakPassword(
                f"A password has {SHORTEST} to {LONGEST} characters.",
                places=[Place("/password", f"Expected {SHORTEST} to {LONGEST} characters.", "length")],
                remedy="Take a sentence you can remember.",
            )
        if len(_beside(password, [*self.words, *own])) < _LEFT:
            raise GuessablePassword(
                "This password is made of words that anybody would try here first.",
                places=[Place("/password", f"Expected {_LEFT} characters beside such words.", "guessable")],
                remedy="Leave out your name and those of the agency and of Onewindow, or add other words.",
            )
        if self.breached is not None and password in self.breached:
            raise BreachedPassword(
                "This password was stolen somewhere, and thieves try it everywhere.",
                places=[Place("/password", "Expected a password that no thief knows.", "breached")],
                remedy="Take another one, and change it wherever else you use it.",
            )


def _beside(password: str, names: Iterable[str]) -> str:
    """The letters and digits of a password beside the words of these names, the longest words taken out first."""
    left = password.casefold()
    words = {word for name in names for word in _WORD.findall(name.casefold()) if len(word) >= _SHORTEST_WORD}
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    return "".join(_WORD.findall(left))
