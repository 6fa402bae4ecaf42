"""Looks at one person's data, for that person: read from the journal, as far as no seal of silence holds.

What is silenced is passed over before a page is made, so that neither a short page nor a gap tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, literal, or_, select, union_all

from engine.casework.consent import persons_chain
from engine.casework.look import LookKind, looks_chain
from engine.casework.silence import Silence, silencing
from engine.errors import NotFound
from engine.store.queries.paging import CursorUnknown, Page, bounded, decode_cursor, page_of
from engine.store.repositories.silences import SILENCE, SILENCE_COLUMNS, to_silence
from engine.store.rows import table_of
from engine.store.tables import accounts, cases, journal

_ENTRY = table_of(journal.JournalEntry)
_CASE = table_of(cases.Case)
_ACCOUNT = table_of(accounts.Account)
PREFILL_ASKED: Final = "prefill.asked"
"""Registers were asked for a form, before there was a case."""
_ACTIONS: Final = (*(str(kind) for kind in LookKind), PREFILL_ASKED)
_LOOKS: Final = looks_chain("")
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """A case of the person, in short."""

    id: str
    number: str
    service: str
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """One look."""

    id: str
    """The hash of its entry: it tells nothing of how many others there are."""
    at: datetime
    kind: LookKind
    actor: str
    subject: str
    detail: Mapping[str, Any]
    case: OwnCase | None
    """None where the data were the account's."""
    withheld: Silence | None = None
    """The silence that is over, which kept it from the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFilter:
    """Which looks; what is None leaves all."""

    agency: str | None = None
    case_id: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def leaves(self, row: AccessRow) -> bool:
        """Whether this one is asked for."""
        return (
            (self.agency is None or self.agency == agency_of(row))
            and (self.case_id is None or (row.case is not None and row.case.id == self.case_id))
            and (self.kind is None or self.kind == row.kind)
        )


@dataclass(slots=True)
class AccessGroup:
    """Looks that belong together: of one agency, case or day."""

    key: str
    number: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    kinds: dict[str, int] = field(default_factory=dict)


def agency_of(row: AccessRow) -> str | None:
    """Whose look it was: the agency the reader acted for, or that answers for the case."""
    return row.detail.get("agency") or (row.case.agency if row.case else None)


def access_page(
    connection: Connection,
    account: str,
    now: datetime,
    which: AccessFilter,
    *,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[AccessRow]:
    """Looks at the data of an account and of its cases, the newest first. Three statements, more for long filters.

    Raises CursorUnknown.
    """
    most, found = bounded(limit), []
    for row in looks(connection, account, now, which, cursor):
        found.append(row)
        if len(found) > most:
            break
    return page_of(found, most, lambda one: (one.at.isoformat(), one.id))


def access(connection: Connection, account: str, now: datetime, access_id: str) -> AccessRow:
    """One look. Raises NotFound, also for one at somebody else's data, and for one that is silenced."""
    shown = _shown(connection, account, now)
    try:
        wanted = bytes.fromhex(access_id)
    except ValueError:
        raise NotFound.of("access", access_id) from None
    statement = _entries(account).where(_ENTRY.c.hash == wanted)
    rows: Iterator[AccessRow | None] = map(shown, connection.execute(statement))
    found = next((row for row in rows if row is not None), None)
    if found is None:
        raise NotFound.of("access", access_id)
    return found


def looks(
    connection: Connection, account: str, now: datetime, which: AccessFilter, cursor: str | None = None
) -> Iterator[AccessRow]:
    """All of them, the newest first, read by the hundred. Raises CursorUnknown."""
    shown, after = _shown(connection, account, now), _place(cursor)
    while True:
        statement = _entries(account).order_by(_ENTRY.c.at.desc(), _ENTRY.c.hash.desc()).limit(_AT_ONCE)
        if which.since is not None:
            statement = statement.where(_ENTRY.c.at >= which.since)
        if which.until is not None:
            statement = statement.where(_ENTRY.c.at < which.until)
        if after is not None:
            at, hashed = after
            statement = statement.where(or_(_ENTRY.c.at < at, and_(_ENTRY.c.at == at, _ENTRY.c.hash < hashed)))
        rows = connection.execute(statement).all()
        for row in rows:
            found = shown(row)
            if found is not None and which.leaves(found):
                yield found
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1].at, bytes(rows[-1].hash))


def groups(
    connection: Connection,
    account: str,
    now: datetime,
    which: AccessFilter,
    by: str,
    day_of: Callable[[datetime], str],
    most: int = 10_000,
) -> list[AccessGroup]:
    """How often and when looks were had, by `agency`, `case` or `day`, of the newest `most`; the last looked at first.

    `day_of` gives the day of a moment where the person lives.
    """
    found: dict[str, AccessGroup] = {}
    for number, row in enumerate(looks(connection, account, now, which)):
        if number == most:
            break
        keys = {"agency": agency_of(row), "case": row.case.id if row.case else None, "day": day_of(row.at)}
        key = keys[by] or ""
        group = found.setdefault(key, AccessGroup(key=key, last_at=row.at))
        group.number += 1
        group.first_at = row.at
        group.kinds[row.kind] = group.kinds.get(row.kind, 0) + 1
    return list(found.values())


def silences_page(connection: Connection, *, limit: int = 25, cursor: str | None = None) -> Page[Silence]:
    """All seals of silence, the newest first. One statement. Raises CursorUnknown."""
    start, most = decode_cursor(cursor, str), bounded(limit)
    statement = select(*SILENCE_COLUMNS).order_by(SILENCE.c.id.desc()).limit(most + 1)
    if start is not None:
        statement = statement.where(SILENCE.c.id < start[0])
    return page_of([to_silence(row) for row in connection.execute(statement)], most, lambda one: (one.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SilencedLook:
    """A look that a silence is about, for the authority."""

    id: str
    at: datetime
    reader: str
    kind: str
    subject: str
    case_id: str | None


def silenced_looks(
    connection: Connection, silence: Silence, *, limit: int = 25, cursor: str | None = None
) -> Page[SilencedLook]:
    """The looks that a silence is about, the newest first. Two statements. Raises CursorUnknown."""
    known, after, most = own_cases(connection, silence.person), _place(cursor), bounded(limit)
    statement = _entries(silence.person).where(
        _ENTRY.c.actor.in_(silence.readers), _ENTRY.c.at >= silence.from_at, _ENTRY.c.at < silence.ended_at
    )
    if silence.case_id is not None:
        instance = select(_CASE.c.instance_id).where(_CASE.c.id == silence.case_id).scalar_subquery()
        statement = statement.where(or_(_ENTRY.c.chain == looks_chain(silence.case_id), _ENTRY.c.chain == instance))
    if after is not None:
        at, hashed = after
        statement = statement.where(or_(_ENTRY.c.at < at, and_(_ENTRY.c.at == at, _ENTRY.c.hash < hashed)))
    rows = connection.execute(statement.order_by(_ENTRY.c.at.desc(), _ENTRY.c.hash.desc()).limit(most + 1))
    found = []
    for row in rows:
        case = known.get(row.chain.removeprefix(_LOOKS))
        found.append(
            SilencedLook(
                id=bytes(row.hash).hex(),
                at=row.at,
                reader=row.actor,
                kind=row.action,
                subject=row.subject,
                case_id=case.id if case else None,
            )
        )
    return page_of(found, most, lambda one: (one.at.isoformat(), one.id))


def own_cases(connection: Connection, account: str) -> dict[str, OwnCase]:
    """The cases of an applicant, by their key and by that of their instance. One statement."""
    columns = (_CASE.c.id, _CASE.c.instance_id, _CASE.c.number, _CASE.c.service_key, _CASE.c.agency)
    found: dict[str, OwnCase] = {}
    for row in connection.execute(select(*columns).where(_CASE.c.applicant == account)):
        one = OwnCase(id=row.id, number=str(row.number), service=row.service_key, agency=row.agency)
        found[row.id] = found[row.instance_id] = one
    return found


def names_of(connection: Connection, keys: set[str]) -> dict[str, str]:
    """Names of accounts. One statement; none where nothing is asked."""
    if not keys:
        return {}
    statement = select(_ACCOUNT.c.id, _ACCOUNT.c.name).where(_ACCOUNT.c.id.in_(sorted(keys)))
    return {row.id: row.name for row in connection.execute(statement)}


def silences_over(connection: Connection, account: str) -> list[Silence]:
    """All silences over looks at a person's data, those that are over, too. One statement."""
    return [to_silence(row) for row in connection.execute(select(*SILENCE_COLUMNS).where(SILENCE.c.person == account))]


def _entries(account: str) -> Select[Any]:
    """Entries of the chains that looks at a person's data stand in; each is found by its key."""
    mine = _CASE.c.applicant == account
    chains = union_all(
        select((literal(_LOOKS) + _CASE.c.id).label("chain")).where(mine),
        select(_CASE.c.instance_id.label("chain")).where(mine),
        select(literal(looks_chain(account)).label("chain")),
        select(literal(persons_chain(account)).label("chain")),
    ).subquery()
    return select(_ENTRY).where(_ENTRY.c.chain.in_(select(chains.c.chain)), _ENTRY.c.action.in_(_ACTIONS))


def _shown(connection: Connection, account: str, now: datetime) -> Callable[[Any], AccessRow | None]:
    """Makes what is shown of an entry; None of one that a silence holds, or that is the person's own."""
    known, over = own_cases(connection, account), silences_over(connection, account)

    def make(row: Any) -> AccessRow | None:
        case = known.get(row.chain.removeprefix(_LOOKS))
        about = silencing(over, row.actor, row.at, case.id if case else None)
        if row.actor == account and row.action != PREFILL_ASKED:
            return None
        if any(one.holds(now) for one in about):
            return None
        return AccessRow(
            id=bytes(row.hash).hex(),
            at=row.at,
            kind=LookKind.register if row.action == PREFILL_ASKED else LookKind(row.action),
            actor=row.actor,
            subject=row.subject,
            detail=row.detail or {},
            case=case,
            withheld=max(about, key=lambda one: one.ended_at, default=None),
        )

    return make


def _place(cursor: str | None) -> tuple[datetime, bytes] | None:
    place = decode_cursor(cursor, str, str)
    if place is None:
        return None
    try:
        at, hashed = datetime.fromisoformat(place[0]), bytes.fromhex(place[1])
    except ValueError:
        raise CursorUnknown from None
    if at.tzinfo is None:
        raise CursorUnknown
    return at, hashed
