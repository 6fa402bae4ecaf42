"""Shapes of connectors."""

from __future__ import annotations

from marshmallow import Schema, fields


class ElementTemplateSchema(Schema):
    """An element template of Camunda 8, as its own JSON schema describes it."""

    schema_ = fields.String(data_key="$schema", attribute="$schema", required=True)
    id = fields.String(required=True, metadata={"example": "onewindow.register"})
    name = fields.String(required=True, metadata={"example": "Ask a register"})
    description = fields.String(required=True)
    version = fields.Integer(required=True)
    category = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    appliesTo = fields.List(fields.String(), required=True)  # noqa: N815 (the format's own name)
    elementType = fields.Dict(keys=fields.String(), values=fields.String(), required=True)  # noqa: N815
    groups = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)
    metadata = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    properties = fields.List(fields.Dict(keys=fields.String(), values=fields.Raw()), required=True)
