"""The matrix of the rules: each action against everybody who might try it, made from the rules themselves.

Who might try it is a role with its ownership and agency: a citizen who owns the thing, holds a mandate, or does
neither; a clerk of the queue, of another queue, of another agency. `docs/security.md` holds the table, written by
`onewindow policy`; a test tries every cell over the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.casework.actor import Actor
from engine.casework.policy.actions import RULES, Action
from engine.casework.policy.deciding import decide
from engine.casework.policy.relations import Thing, roles_of
from engine.identity import QueueName

BEGIN: Final = "<!-- matrix: written by `onewindow policy --write docs/security.md` -->"
END: Final = "<!-- end of the matrix -->"
YES: Final = "yes"

_AGENCY, _ELSEWHERE = "city", "park"
_QUEUE, _OTHER_QUEUE = QueueName(_AGENCY, "clerk"), QueueName(_AGENCY, "archive")
_CASE_KEY: Final = "case"
_APPLICANT, _MEMBER, _HOLDER, _ASKED, _DEPUTY, _SERVICE = "applicant", "member", "holder", "asked", "deputy", "service"


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who might try: a column of the matrix."""

    title: str
    who: Actor | None
    """None for nobody known."""


def _someone(account: str = "somebody", **said: object) -> Actor:
    return Actor(**{"account": account, "name": "", **said})  # type: ignore[arg-type]  # names are those of Actor


def _clerk(account: str, *queues: QueueName, **said: object) -> Actor:
    return _someone(account, queues=frozenset(queues), **said)


STANDINGS: Final[Sequence[Standing]] = (
    Standing("nobody known", None),
    Standing("citizen, hers", _someone(_APPLICANT, citizen=True)),
    Standing("citizen, mandate", _someone(citizen=True, represents={_APPLICANT: frozenset({_SERVICE})})),
    Standing("citizen, another's", _someone(citizen=True)),
    Standing("clerk, her queue", _clerk(_MEMBER, _QUEUE)),
    Standing("clerk, holds it", _clerk(_HOLDER, _QUEUE)),
    Standing("clerk, is offered it", _clerk(_ASKED, _QUEUE)),
    Standing("clerk, deputy", _clerk(_DEPUTY, _OTHER_QUEUE, stands_in={_QUEUE: frozenset({_MEMBER})})),
    Standing("clerk, other queue", _clerk("archivist", _OTHER_QUEUE)),
    Standing("clerk, opened it", _clerk("archivist", _OTHER_QUEUE, opened=frozenset({_CASE_KEY}))),
    Standing("clerk, other agency", _clerk("gardener", QueueName(_ELSEWHERE, "clerk"))),
    Standing("supervisor, agency", _someone(supervises=frozenset({_AGENCY}))),
    Standing("supervisor, other", _someone(supervises=frozenset({_ELSEWHERE}))),
    Standing("administrator, agency", _someone(administers=frozenset({_AGENCY}))),
    Standing("administrator, other", _someone(administers=frozenset({_ELSEWHERE}))),
    Standing("analyst", _someone(analyst=True)),
    Standing("operator", _someone(operator=True)),
)
"""The columns, in their order."""

NOTHING: Final = "-"
_CASE = Thing(
    kind="application",
    key=_CASE_KEY,
    agency=_AGENCY,
    person=_APPLICANT,
    service=_SERVICE,
    working_queues=frozenset({_QUEUE}),
)
THINGS: Final[dict[str, Thing | None]] = {
    NOTHING: None,
    "an application": _CASE,
    "a task of a queue": Thing(kind="task", agency=_AGENCY, queue=_QUEUE, holder=_HOLDER, asked=_ASKED),
    "a task of a person": Thing(kind="task", person=_APPLICANT, service=_SERVICE),
    "a person's own": Thing(kind="own", person=_APPLICANT, service=_SERVICE),
    "a file of a case": replace(_CASE, kind="attachment"),
    "an agreement": Thing(kind="mandate", parties=frozenset({_APPLICANT})),
    "an agency": Thing(kind="agency", agency=_AGENCY),
    "an absence": Thing(kind="agency", agency=_AGENCY, person=_MEMBER),
    "a deputyship": Thing(kind="agency", agency=_AGENCY, person=_MEMBER, parties=frozenset({_DEPUTY})),
}
"""What is acted on, by what the matrix calls it."""

_A = Action
_OF: Final[dict[str, frozenset[Action]]] = {
    "an application": frozenset(
        {_A.see_case, _A.read_papers, _A.see_payments_of_case, _A.withdraw, _A.extend_term, _A.keep_record}
        | {_A.read_document, _A.revoke_document, _A.open_case, _A.review_opening}
    ),
    "a file of a case": frozenset({_A.read_file, _A.change_file}),
    "a task of a queue": frozenset(one for one in Action if one.startswith("task.") and one is not _A.list_tasks),
    "a task of a person": frozenset({_A.see_task, _A.draft_task, _A.complete_task}),
    "a person's own": frozenset({_A.read_inbox, _A.prefill, _A.keep_consent}),
    "an agreement": frozenset({_A.agree_mandate}),
    "an agency": frozenset(
        {_A.refund, _A.belong_to_agency, _A.rename_agency, _A.arrange_agency, _A.see_members}
        | {_A.see_absences, _A.enter_closure, _A.remove_closure, _A.see_subscription}
        | {_A.subscribe, _A.change_subscription}
    ),
    "an absence": frozenset({_A.declare_absence}),
    "a deputyship": frozenset({_A.end_deputyship}),
}


def things_of(action: Action) -> list[str]:
    """What an action is tried on, as the matrix calls it; one row each."""
    return [name for name, actions in _OF.items() if action in actions] or [NOTHING]


def cell(action: Action, thing: str, standing: Standing) -> str:
    """What somebody is answered: `yes`, or the status of the refusal."""
    rule, who, resource = RULES[action], standing.who, THINGS[thing]
    if rule.is_public:
        return YES
    if who is None:
        return "401"
    if not roles_of(who) & rule.roles:
        return "403"
    if resource is None:
        return YES
    verdict = decide(who, action, resource)
    return YES if verdict.allowed else "404" if verdict.hidden else "403"


def rows() -> Iterator[tuple[Action, str, list[str]]]:
    """Every row: the action, what it is tried on, and what each of `STANDINGS` is answered."""
    for action in Action:
        for thing in things_of(action):
            yield action, thing, [cell(action, thing, standing) for standing in STANDINGS]


def table() -> str:
    """The matrix in Markdown, between its marks."""
    titles = ["action", "on", *(standing.title for standing in STANDINGS)]
    lines = [_line(titles), _line(["---"] * len(titles))]
    lines += [_line([f"`{action}`", thing, *cells]) for action, thing, cells in rows()]
    return "\n".join([BEGIN, *lines, END])


def written_into(page: str) -> str:
    """A page with the matrix as it is now. Raises ValueError where the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page has no lines {BEGIN!r} and {END!r}.")
    return f"{before}{table()}{after}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
