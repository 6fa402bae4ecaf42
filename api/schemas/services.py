"""Public services as the catalogue shows them (CPSV-AP: public service, competent authority, evidence, cost)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Decimal
from api.paging import PageQuery, page_of


class LegalActSchema(Schema):
    """An article a service stands on."""

    title = fields.String(metadata={"example": "Law on Road Traffic"})
    article = fields.String(metadata={"example": "30"})


class EvidenceRequirementSchema(Schema):
    """A fact that must be proved, and the register that proves it instead of a paper."""

    key = fields.String(metadata={"example": "medical-fitness"})
    title = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"en": "Fitness to drive"}})
    register = fields.String(allow_none=True, metadata={"example": "medical"})


class TermSchema(Schema):
    """How long the law gives."""

    name = fields.String(metadata={"example": "statutory"})
    duration = fields.String(metadata={"description": "ISO 8601.", "example": "P10D"})
    counting = fields.String(metadata={"example": "working-days"})


class MilestoneSchema(Schema):
    """A step of the way as citizens see it."""

    key = fields.String(metadata={"example": "examination"})
    title = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"en": "Examination"}})


class ServiceSchema(Schema):
    """A public service in short."""

    key = fields.String(required=True, metadata={"example": "driving-licence"})
    version = fields.Integer(metadata={"example": 1})
    agency = fields.String(metadata={"example": "traffic-police"})
    title = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"example": {"en": "Driving licence: renewal"}}
    )
    description = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"en": "..."}})


class ServiceDetailSchema(ServiceSchema):
    """A public service with its whole passport."""

    passport = fields.Dict(
        metadata={"description": "Law, evidence, terms, fee, milestones, channels, languages, sources."}
    )
    form_id = fields.String(allow_none=True, metadata={"example": "driving-licence-application"})


ServicePage = page_of(ServiceSchema, "ServicePage")


class ServiceQuery(PageQuery):
    """Which services."""


__all__ = ["Decimal", "ServiceDetailSchema", "ServicePage", "ServiceQuery", "ServiceSchema"]
