"""Statutory terms: why a deadline is what it is, extensions, and closures of agencies."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Day, Identifier, Moment, Text
from api.paging import PageQuery, page_of


class StopSchema(Schema):
    """A time during which the clock stood still."""

    since = Moment()
    until = Moment(allow_none=True, metadata={"description": "Null while it lasts."})


class ExtensionSchema(Schema):
    """An extension of the term, with its reason."""

    length = fields.String(metadata={"description": "ISO 8601.", "example": "P5D"})
    reason = fields.String(metadata={"example": "An expert must be heard."})
    at = Moment()


class TermDaySchema(Schema):
    """One day of the term."""

    day = Day()
    why = fields.String(
        metadata={
            "description": "event, counted, extra-working, weekend, holiday, day-off, closed, stopped, moved or last.",
            "example": "holiday",
        }
    )
    counted = fields.Boolean()
    number = fields.Integer(allow_none=True, metadata={"description": "Which day of the term it is."})
    sentence = fields.String(metadata={"example": "23 March 2026: Novruz, not counted"})


class DeadlineSchema(Schema):
    """The statutory term of an application, day by day."""

    language = fields.String(metadata={"example": "en"})
    state = fields.String(
        metadata={"description": "running, stopped, passed, ended; none without a term.", "example": "running"}
    )
    deadline_at = Moment(allow_none=True)
    started_at = Moment(allow_none=True)
    length = fields.String(allow_none=True, metadata={"description": "As the law sets it.", "example": "P10D"})
    counting = fields.String(allow_none=True, metadata={"example": "working-days"})
    legal_basis = fields.String(metadata={"example": "Law on Road Traffic, art. 30"})
    silence = fields.String(
        metadata={"description": "What it means when the term passes: nothing, consent or refusal."}
    )
    stops = fields.List(fields.Nested(StopSchema))
    extensions = fields.List(fields.Nested(ExtensionSchema))
    days = fields.List(fields.Nested(TermDaySchema))


class ExtendCommand(Schema):
    """How far a term is extended, and why."""

    length = fields.String(required=True, metadata={"description": "ISO 8601, in days.", "example": "P5D"})
    reason = Text(
        required=True,
        min_length=3,
        max_length=2_000,
        metadata={"example": "An expert must be heard."},
    )


class ClosureQuery(PageQuery):
    """Of which agency."""

    agency = Identifier(required=True, metadata={"example": "traffic-police"})


class ClosureCommand(Schema):
    """Days on which an agency is closed."""

    agency = Identifier(required=True, metadata={"example": "traffic-police"})
    first_day = Day(required=True, metadata={"example": "2026-12-28"})
    last_day = Day(required=True, metadata={"example": "2026-12-30"})
    reason = Text(required=True, min_length=3, max_length=500, metadata={"example": "Move to a new building."})


class ClosureSchema(Schema):
    """Days on which an agency is closed; they are no working days for its terms."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    agency = fields.String(metadata={"example": "traffic-police"})
    first_day = Day(metadata={"example": "2026-12-28"})
    last_day = Day(metadata={"description": "Included.", "example": "2026-12-30"})
    reason = fields.String(metadata={"example": "Move to a new building."})


ClosurePage = page_of(ClosureSchema, "ClosurePage")
