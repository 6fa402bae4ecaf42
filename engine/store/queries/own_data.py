"""All that is kept of one person, for her export: account, cases, payments, notices, mandates, consents. Reads only.

Nothing of third persons: officials who worked on a case are not named, other accounts only where they are a party (a
mandate), by name. What others looked at is not here (`accesses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select

from engine.errors import NotFound
from engine.store.queries.evidence import evidence_rows
from engine.store.queries.payments import payments_of_case
from engine.store.queries.services import service_detail
from engine.store.rows import table_of, to_variables
from engine.store.tables import accounts, cases, credentials, files, instances, notices, organisation, prefill

_ACCOUNT = table_of(accounts.Account)
_HOLDER = _ACCOUNT.alias("holding")
_MANDATOR = _ACCOUNT.alias("mandating")
_CASE = table_of(cases.Case)
_MILESTONE = table_of(cases.MilestoneReached)
_INSTANCE = table_of(instances.Instance)
_ATTACHMENT = table_of(files.Attachment)
_DOCUMENT = table_of(files.Document)
_NOTICE = table_of(notices.Notice)
_CONTACT = table_of(notices.Contact)
_MANDATE = table_of(organisation.Mandate)
_CONSENT = table_of(prefill.Consent)
_SESSION = table_of(accounts.Session)
_TOKEN = table_of(accounts.ApiToken)
_FACTOR = table_of(credentials.SecondFactor)
_ANSWERS: Final = "application"
"""The variable that holds what the applicant answered."""
_OF_CASE: Final = (
    "id", "number", "service_key", "agency", "state", "milestone", "channel", "deadline_at", "decision", "submitted_at",
    "closed_at", "record", "erase_at",
)  # fmt: skip


def account_of(connection: Connection, account: str) -> dict[str, Any]:
    """The account, its addresses, sessions, tokens and second factors, without secrets. Raises NotFound."""
    names = ("id", "sign_in_name", "name", "pin", "tin", "citizen", "created_at")
    found = _rows(connection, select(*(_ACCOUNT.c[name] for name in names)).where(_ACCOUNT.c.id == account))
    if not found:
        raise NotFound.of("account", account)
    contact = select(*(one for one in _CONTACT.c if one.name != "account_id")).where(_CONTACT.c.account_id == account)
    sessions = ("description", "origin", "created_at", "seen_at", "expires_at")
    tokens = ("name", "created_at", "expires_at", "last_used_at", "scopes")
    factors = ("kind", "name", "created_at", "last_used_at")
    return {
        **found[0],
        "contact": next(iter(_rows(connection, contact)), None),
        "sessions": _of(connection, _SESSION, sessions, _SESSION.c.account_id == account),
        "tokens": _of(connection, _TOKEN, tokens, _TOKEN.c.account_id == account),
        "second_factors": _of(connection, _FACTOR, factors, _FACTOR.c.account_id == account),
    }


def agreements_of(connection: Connection, account: str) -> dict[str, Any]:
    """Mandates, with the name of the other side, and consents."""
    mandates = (
        select(
            *(_MANDATE.c[name] for name in ("services", "from_at", "until_at", "source", "state", "created_at")),
            _MANDATE.c.ended_at,
            _MANDATOR.c.name.label("given_by"),
            _HOLDER.c.name.label("given_to"),
        )
        .join(_MANDATOR, _MANDATOR.c.id == _MANDATE.c.mandator)
        .join(_HOLDER, _HOLDER.c.id == _MANDATE.c.holder)
        .where(or_(_MANDATE.c.mandator == account, _MANDATE.c.holder == account))
        .order_by(_MANDATE.c.id)
    )
    consents = ("service_key", "evidence", "legal_basis", "given_at", "withdrawn_at")
    return {
        "mandates": _rows(connection, mandates),
        "consents": _of(connection, _CONSENT, consents, _CONSENT.c.account_id == account),
    }


def notices_of(connection: Connection, account: str) -> list[dict[str, Any]]:
    """What the person was told, the first one first."""
    names = ("case_id", "subject", "text", "language", "created_at", "read_at")
    return _of(connection, _NOTICE, names, _NOTICE.c.recipient == account, _NOTICE.c.id)


def cases_of(connection: Connection, account: str) -> list[dict[str, Any]]:
    """The cases of an applicant with all that stands in them, the first one first.

    `answers` are FEEL values. A dozen statements for each five hundred cases.
    """
    statement = (
        select(_CASE, _INSTANCE.c.variables)
        .outerjoin(_INSTANCE, _INSTANCE.c.id == _CASE.c.instance_id)
        .where(_CASE.c.applicant == account)
        .order_by(_CASE.c.id)
    )
    found = []
    for row in connection.execute(statement).all():
        case = row._mapping
        found.append(
            {
                **{name: case[name] for name in _OF_CASE},
                "answers": to_variables(row.variables).get(_ANSWERS),
                "milestones": _of(
                    connection, _MILESTONE, ("milestone", "reached_at"), _MILESTONE.c.case_id == row.id,
                    _MILESTONE.c.seq,
                ),
                "evidence": _evidence(connection, row.id, row.service_key),
                "attachments": _of(
                    connection, _ATTACHMENT, ("name", "media_type", "length", "sha256", "created_at"),
                    _ATTACHMENT.c.case_id == row.id, _ATTACHMENT.c.id,
                ),
                "documents": _of(
                    connection, _DOCUMENT,
                    ("number", "title", "outcome", "language", "issued_at", "sha256", "size", "code", "revoked_at",
                     "revocation_reason"),
                    and_(_DOCUMENT.c.case_id == row.id, _DOCUMENT.c.issued_at.is_not(None)), _DOCUMENT.c.id,
                ),
                "payments": _payments(connection, row.id),
            }
        )  # fmt: skip
    return found


def _evidence(connection: Connection, case_id: str, service: str) -> list[dict[str, Any]]:
    """Proofs, as far as the passport lets people read them."""
    try:
        passport = service_detail(connection, service).passport
    except NotFound:
        passport = {}
    names = ("key", "provenance", "source", "purpose", "legal_basis", "recorded_at", "fetched_at", "outcome", "hash")
    return [
        {**{name: getattr(one, name) for name in names}, "facts": [asdict(fact) for fact in one.facts]}
        for one in evidence_rows(connection, case_id, passport)
    ]


def _payments(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    names = ("reference", "state", "amount", "currency", "description", "created_at", "receipt")
    return [
        {
            **{name: getattr(one, name) for name in names if name != "receipt"},
            "receipt": asdict(one.receipt) if one.receipt else None,
            "refunds": [asdict(refund) for refund in one.refunds],
        }
        for one in payments_of_case(connection, case_id)
    ]


def _of(
    connection: Connection, table: Table, names: Sequence[str], where: ColumnElement[bool], order: Any = None
) -> list[dict[str, Any]]:
    statement = select(*(table.c[name] for name in names)).where(where)
    return _rows(connection, statement if order is None else statement.order_by(order))


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(statement)]
