"""Attachments, documents and their verification."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Identifier, Moment, Text, Whole
from api.paging import PageQuery, page_of
from engine.casework.attachment import AttachmentState

_STATES = ", ".join(AttachmentState)


class UploadCommand(Schema):
    """A file that is announced."""

    name = Text(required=True, max_length=500, metadata={"example": "medical-certificate.pdf"})
    length = Whole(required=True, metadata={"description": "In bytes.", "example": 182_044})
    purpose = Text(max_length=200, load_default="", metadata={"example": "driving-licence/certificate"})


class AttachmentSchema(Schema):
    """A file that was sent, or is on its way."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    name = fields.String(metadata={"description": "Cleaned of what could deceive."})
    purpose = fields.String()
    length = fields.Integer(metadata={"description": "In bytes.", "example": 182_044})
    received = fields.Integer(metadata={"description": "How many bytes are kept.", "example": 65_536})
    state = fields.String(metadata={"description": f"{_STATES}.", "example": "clean"})
    kind = fields.String(allow_none=True, metadata={"description": "Told by its content.", "example": "pdf"})
    media_type = fields.String(allow_none=True, metadata={"example": "application/pdf"})
    sha256 = fields.String(allow_none=True, metadata={"description": "In hexadecimal digits."})
    note = fields.String(allow_none=True, metadata={"description": "Why it is not taken."})
    application = fields.String(
        allow_none=True, attribute="case_id", metadata={"description": "Null until one holds it."}
    )
    created_at = Moment()
    expires_at = Moment(metadata={"description": "When it is removed, unless an application holds it by then."})


AttachmentPage = page_of(AttachmentSchema, "AttachmentPage")


class AttachmentQuery(PageQuery):
    """Whose files."""

    application = Identifier(
        load_default=None, metadata={"description": "Those of an application; without it one's own that none holds."}
    )


class RevokeCommand(Schema):
    """Why a document is taken back."""

    reason = Text(required=True, max_length=1_000, metadata={"example": "Issued on a wrong certificate."})


class IssuedDocumentSchema(Schema):
    """An issued document, for those who may read its case."""

    id = fields.String(required=True)
    number = fields.String(metadata={"example": "traffic-police-2026-000123-8"})
    name = fields.String(attribute="title")
    kind = fields.String(attribute="template", metadata={"example": "decision"})
    application = fields.String(attribute="case_id")
    agency = fields.String()
    service = fields.String(attribute="service_key")
    language = fields.String(metadata={"example": "az"})
    outcome = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "issued or revoked.", "example": "issued"})
    issued_at = Moment()
    size = fields.Integer()
    sha256 = fields.String()
    code = fields.String()
    signed_by = fields.String()
    revoked_at = Moment(allow_none=True)
    revocation_reason = fields.String(allow_none=True)


class VerifiedSchema(Schema):
    """What anyone may know of a document: no data of persons."""

    number = fields.String(metadata={"example": "traffic-police-2026-000123-8"})
    agency = fields.String(metadata={"example": "traffic-police"})
    service = fields.String(attribute="service_key", metadata={"example": "driving-licence"})
    title = fields.String(metadata={"description": "Of the document, in its language."})
    language = fields.String(metadata={"example": "az"})
    issued_on = fields.String(metadata={"example": "2026-03-04"})
    outcome = fields.String(allow_none=True, metadata={"example": "granted"})
    sha256 = fields.String(metadata={"description": "Of the file, in hexadecimal digits."})
    state = fields.String(metadata={"description": "issued or revoked.", "example": "issued"})
    revoked_on = fields.String(allow_none=True)
    proof = fields.String(
        allow_none=True,
        metadata={
            "description": "What its larger QR code says, to be checked offline by `scripts/check-proof`. "
            "Null where no seals are made.",
            "example": "OW1:8%9JK2...",
        },
    )


class SignatureSchema(Schema):
    """What the signature of a file says."""

    is_intact = fields.Boolean(metadata={"description": "What it covers was not changed."})
    covers_all = fields.Boolean(metadata={"description": "Nothing was added after it."})
    is_ours = fields.Boolean(metadata={"description": "It was made with a key of an agency here."})
    signed_by = fields.String(metadata={"example": "Traffic police"})
    signed_at = Moment(allow_none=True)


class VerifiedFileSchema(Schema):
    """What is known of a file."""

    is_genuine = fields.Boolean(
        metadata={
            "description": "It is, byte for byte, a document that was issued here and is in force.",
            "example": True,
        }
    )
    sha256 = fields.String(metadata={"example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})
    document = fields.Nested(VerifiedSchema, allow_none=True)
    signature = fields.Nested(SignatureSchema, allow_none=True)
