"""What a token may be limited to: reading or writing one noun of the API. A closed list, so that a slip is refused.

`tasks:read` lets a token read tasks; `tasks:write` lets it change them, and read them too. A token without scopes may
do all that its account may. Public addresses need no scope, for they need no token.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from engine.errors import Forbidden, Invalid, Place

NOUNS: Final = (
    "accounts",
    "agencies",
    "applications",
    "attachments",
    "cases",
    "closures",
    "connectors",
    "consents",
    "decisions",
    "deployments",
    "documents",
    "forms",
    "inbox",
    "incidents",
    "instances",
    "jobs",
    "mandates",
    "me",
    "messages",
    "notices",
    "partners",
    "payments",
    "process-definitions",
    "records",
    "services",
    "session",
    "signals",
    "silences",
    "tasks",
    "webhook-subscriptions",
)
"""The nouns that a caller must be known for."""
SCOPES: Final = tuple(f"{noun}:{act}" for noun in NOUNS for act in ("read", "write"))
METRICS: Final = "health:read"
"""The figures, where an operator's token is asked for them."""
ALL: Final = (*SCOPES, METRICS)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ScopeMissing(Forbidden):
    """A token is limited to other things."""

    code = "scope-missing"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This needs a token with the scope {scope}.", remedy="Use a token that has it, or make one.", scope=scope
        )


def scope_of(noun: str, method: str) -> str:
    """The scope that a request needs."""
    return f"{noun}:{'read' if method in _SAFE else 'write'}"


def check_scope(scopes: frozenset[str] | None, noun: str, method: str) -> None:
    """See that a token's scopes reach; None reaches everywhere. Raises ScopeMissing."""
    if scopes is None:
        return
    wanted = scope_of(noun, method)
    if wanted not in scopes and f"{noun}:write" not in scopes:
        raise ScopeMissing(wanted)


def checked_scopes(said: Iterable[str]) -> tuple[str, ...]:
    """Scopes of the list, sorted, each once. Raises Invalid with a place for each that is none."""
    wanted = sorted(set(said))
    faults = [
        Place(f"/scopes/{number}", f"There is no scope {scope!r:.60}.", "unknown-scope")
        for number, scope in enumerate(wanted)
        if scope not in ALL
    ]
    if faults or not wanted:
        raise Invalid(
            "Some of the scopes do not exist." if faults else "Expected at least one scope.",
            places=faults or [Place("/scopes", "Expected at least one.", "missing")],
            remedy=f"Choose of {', '.join(ALL)}.",
        )
    return tuple(wanted)
