"""Seals of silence over looks at personal data."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Key, Moment, Text
from api.paging import page_of
from engine.casework.silence import MOST_READERS

_LAW = {"example": "Criminal Procedure Code, art. 222"}
_REFERENCE = {"description": "Of the investigation.", "example": "2026/17"}


class SilenceCommand(Schema):
    """Which looks are to be silenced."""

    person = Key(required=True, metadata={"description": "Account of whose data are looked at."})
    readers = fields.List(
        Key(),
        required=True,
        validate=validate.Length(min=1, max=MOST_READERS, error=f"Expected 1 to {MOST_READERS} accounts."),
        metadata={"description": "Accounts whose looks are silenced.", "example": ["01hk3v8b6s9e4w2m7q5t0x1y2z"]},
    )
    case_id = Key(
        load_default=None, allow_none=True, metadata={"description": "For this case only; else for all data."}
    )
    from_at = Moment(
        load_default=None, allow_none=True, metadata={"description": "Looks from then on; from now on without it."}
    )
    until_at = Moment(required=True, metadata={"example": "2026-08-01T00:00:00Z"})
    legal_basis = Text(required=True, min_length=3, max_length=500, one_line=True, metadata=_LAW)
    reference = Text(required=True, min_length=3, max_length=200, one_line=True, metadata=_REFERENCE)


class LiftCommand(Schema):
    """Why a silence ends before its time."""

    reason = Text(required=True, max_length=1_000, metadata={"example": "The investigation was closed."})


class SilenceSchema(Schema):
    """One seal of silence."""

    id = fields.String(required=True)
    person = fields.String()
    readers = fields.List(fields.String())
    case_id = fields.String(allow_none=True)
    from_at = Moment()
    until_at = Moment()
    legal_basis = fields.String(metadata=_LAW)
    reference = fields.String(metadata=_REFERENCE)
    placed_by = fields.String()
    placed_at = Moment()
    lifted_at = Moment(allow_none=True)
    lifted_by = fields.String(allow_none=True)
    lift_reason = fields.String()


SilencePage = page_of(SilenceSchema, "SilencePage")


class SilencedLookSchema(Schema):
    """A look that is silenced."""

    id = fields.String(required=True)
    at = Moment()
    reader = fields.String()
    kind = fields.String(metadata={"example": "case.read"})
    subject = fields.String()
    case_id = fields.String(allow_none=True)


SilencedLookPage = page_of(SilencedLookSchema, "SilencedLookPage")
