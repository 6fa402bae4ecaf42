"""Agencies, their parts and people, absences, deputies, and mandates."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.fields import Identifier, Key, Moment, Queue, Text, Truth
from engine.casework.deputy import AbsenceKind
from engine.casework.mandate import MOST_SERVICES, MandateSource

_NAMES = {"az": "Yol polisi", "en": "Traffic police", "ru": "Дорожная полиция"}
_ACCOUNT = "01hk3v8b6s9e4w2m7q5t0x1y2w"


def _names(**metadata: object) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=Text(max_length=200, one_line=True),
        required=True,
        metadata={"description": "In az, en and ru.", "example": _NAMES, "maxProperties": 10, **metadata},
        validate=validate.Length(max=10, error="Expected names in az, en and ru."),
    )


def _account(**said: Any) -> Text:
    described = {"description": "Key of an account, or the name it signs in with.", "example": "aysel"}
    return Text(max_length=100, min_length=1, one_line=True, **{"required": True, "metadata": described, **said})


class AgencyChange(Schema):
    """What an agency is called and how the public reaches it."""

    names = _names()
    parent = Identifier(load_default=None, allow_none=True, metadata={"example": "interior-ministry"})
    contact = fields.Dict(
        keys=fields.String(),
        values=Text(max_length=300),
        load_default=dict,
        metadata={
            "description": "phone, mail, address, hours, url.",
            "example": {"phone": "+994 12 590 00 00"},
            "maxProperties": 10,
        },
        validate=validate.Length(max=10, error="Expected phone, mail, address, hours, url."),
    )


class AgencyCommand(AgencyChange):
    """A new agency."""

    key = Identifier(required=True, metadata={"description": "As queues name it.", "example": "traffic-police"})


class PartSchema(Schema):
    """A unit or role."""

    key = fields.String(required=True, metadata={"example": "baku-office"})
    names = fields.Dict(metadata={"example": {"az": "Bakı idarəsi", "en": "Baku office", "ru": "Бакинский офис"}})


class UnitSchema(PartSchema):
    """A part of an agency."""

    parent = fields.String(allow_none=True, metadata={"description": "The unit above it."})


class RoleSchema(PartSchema):
    """A function in an agency."""

    key = fields.String(required=True, metadata={"example": "examiner"})
    queue = fields.String(metadata={"description": "Its tasks.", "example": "traffic-police:examiner"})


class UnitCommand(Schema):
    """What a unit is called and what it is under."""

    names = _names(example={"az": "Bakı idarəsi", "en": "Baku office", "ru": "Бакинский офис"})
    parent = Identifier(load_default=None, allow_none=True, metadata={"example": "head-office"})


class RoleCommand(Schema):
    """What a role is called."""

    names = _names(example={"az": "Ekspert", "en": "Examiner", "ru": "Эксперт"})


class AgencySchema(Schema):
    """An agency."""

    key = fields.String(required=True, metadata={"example": "traffic-police"})
    names = fields.Dict(metadata={"example": _NAMES})
    parent = fields.String(allow_none=True, metadata={"example": "interior-ministry"})
    contact = fields.Dict(metadata={"example": {"phone": "+994 12 590 00 00"}})


class AgenciesSchema(Schema):
    """All agencies."""

    items = fields.List(fields.Nested(AgencySchema), required=True)


class AgencyDetailSchema(AgencySchema):
    """An agency with its units and roles."""

    units = fields.List(fields.Nested(UnitSchema))
    roles = fields.List(fields.Nested(RoleSchema))


class AdministratorCommand(Schema):
    """Who shall administer an agency."""

    account = _account()


class MemberChange(Schema):
    """What somebody is to do in an agency; what is not named is taken away."""

    roles = fields.List(
        Identifier(),
        load_default=list,
        validate=validate.Length(max=100, error="Expected at most 100 roles."),
        metadata={"example": ["examiner"], "maxItems": 100},
    )
    supervises = Truth(load_default=False, metadata={"description": "Whether she supervises the agency."})
    unit = Identifier(load_default=None, allow_none=True, metadata={"example": "baku-office"})


class MemberCommand(MemberChange):
    """Who becomes a member of an agency, and as what."""

    account = _account()


class MemberSchema(Schema):
    """Somebody of an agency."""

    account = fields.String(required=True, metadata={"example": _ACCOUNT})
    name = fields.String(metadata={"example": "Aysel Quliyeva"})
    sign_in_name = fields.String(metadata={"example": "aysel"})
    unit = fields.String(allow_none=True, metadata={"example": "baku-office"})
    roles = fields.Function(lambda member: sorted(member.roles), metadata={"type": "array", "example": ["examiner"]})
    supervises = fields.Boolean()
    administers = fields.Boolean()
    disabled = fields.Boolean()


class MembersSchema(Schema):
    """The people of an agency."""

    items = fields.List(fields.Nested(MemberSchema), required=True)


class AbsenceCommand(Schema):
    """Who is away, and when."""

    account = _account()
    kind = fields.Enum(AbsenceKind, by_value=True, load_default=AbsenceKind.other, metadata={"example": "leave"})
    from_at = Moment(required=True, metadata={"example": "2026-07-01T05:00:00Z"})
    until_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "The first moment she is back; null while it is not known."},
    )


class AbsenceSchema(Schema):
    """An absence."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2u"})
    account = fields.String(metadata={"example": _ACCOUNT})
    name = fields.String(allow_none=True, metadata={"example": "Aysel Quliyeva"})
    kind = fields.String(
        allow_none=True, metadata={"description": "Told to who may change it; null for others.", "example": "leave"}
    )
    from_at = Moment(metadata={"example": "2026-07-01T05:00:00Z"})
    until_at = Moment(allow_none=True)


class AbsencesSchema(Schema):
    """Absences that are not over."""

    items = fields.List(fields.Nested(AbsenceSchema), required=True)


class DeputyCommand(Schema):
    """Who stands in for whom."""

    absent = _account(metadata={"description": "Who is stood in for: key or sign-in name.", "example": "aysel"})
    deputy = _account(metadata={"description": "Who stands in: key or sign-in name.", "example": "leyla"})
    queues = fields.List(
        Queue(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=100, error="Expected 1 to 100 queues, or null for all that she has."),
        metadata={"example": ["traffic-police:examiner"], "maxItems": 100},
    )
    while_absent = Truth(
        load_default=True, metadata={"description": "Only during her absences; else all the time from `from_at` on."}
    )
    from_at = Moment(load_default=None, allow_none=True, metadata={"description": "From now, when left out."})
    until_at = Moment(load_default=None, allow_none=True, metadata={"description": "Until it is ended, when left out."})


class DeputySchema(Schema):
    """One who stands in for another."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2t"})
    absent = fields.String(metadata={"example": _ACCOUNT})
    absent_name = fields.String(allow_none=True, metadata={"example": "Aysel Quliyeva"})
    deputy = fields.String(metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2s"})
    deputy_name = fields.String(allow_none=True, metadata={"example": "Leyla İsmayılova"})
    queues = fields.Function(
        lambda one: sorted(map(str, one.queues)), metadata={"type": "array", "example": ["traffic-police:examiner"]}
    )
    while_absent = fields.Boolean()
    counts_now = fields.Boolean(metadata={"description": "Whether she may act at this moment."})
    from_at = Moment()
    until_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class DeputiesSchema(Schema):
    """Deputies that are named."""

    items = fields.List(fields.Nested(DeputySchema), required=True)


class MandateCommand(Schema):
    """A mandate to be offered; the side that is not named is the caller."""

    mandator = Key(load_default=None, metadata={"description": "Account of who is acted for.", "example": _ACCOUNT})
    holder = Key(load_default=None, metadata={"description": "Account of who acts."})
    services = fields.List(
        Identifier(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MOST_SERVICES, error="Expected 1 to 50 services, or null for all."),
        metadata={"example": ["driving-licence"], "maxItems": MOST_SERVICES},
    )
    from_at = Moment(load_default=None, allow_none=True, metadata={"description": "From now, when left out."})
    until_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "Until it is revoked, when left out.", "example": "2027-01-01T00:00:00Z"},
    )
    source = fields.Enum(
        MandateSource,
        by_value=True,
        load_default=MandateSource.agreed,
        metadata={"description": "register and document are for operators.", "example": "agreed"},
    )
    reference = Text(
        max_length=200, one_line=True, load_default="", metadata={"description": "Of the register's entry or document."}
    )


class MandateSchema(Schema):
    """A mandate."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2r"})
    mandator = fields.String(metadata={"description": "Account that is acted for.", "example": _ACCOUNT})
    mandator_name = fields.String(allow_none=True, metadata={"example": "Xəzər MMC"})
    holder = fields.String(metadata={"description": "Account that acts."})
    holder_name = fields.String(allow_none=True, metadata={"example": "Leyla İsmayılova"})
    services = fields.Function(
        lambda one: None if one.services is None else sorted(one.services),
        metadata={"type": ["array", "null"], "description": "null for all.", "example": ["driving-licence"]},
    )
    from_at = Moment()
    until_at = Moment(allow_none=True)
    source = fields.String(metadata={"example": "agreed"})
    reference = fields.String()
    state = fields.String(metadata={"description": "offered, active, declined, revoked.", "example": "active"})
    is_valid = fields.Boolean(metadata={"description": "Whether it opens anything at this moment."})
    offered_by = fields.String()
    mandator_accepted_at = Moment(allow_none=True)
    holder_accepted_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class MandatesSchema(Schema):
    """The caller's mandates, given and held."""

    items = fields.List(fields.Nested(MandateSchema), required=True)
