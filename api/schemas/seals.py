"""Seals over the journal, and proofs about them."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Whole


class SealSchema(Schema):
    """A seal: the signed root of the tree over all heads of the journal at one moment."""

    onewindow_seal = fields.Integer(metadata={"description": "Version of the form.", "example": 1})
    number = fields.Integer(metadata={"example": 4711})
    at = fields.String(
        metadata={"description": "To the second, as it was signed.", "example": "2026-03-02T05:30:00+00:00"}
    )
    size = fields.Integer(metadata={"description": "Leaves under the root, those of earlier seals included."})
    root = fields.String(metadata={"description": "32 bytes in hexadecimal digits."})
    key = fields.String(metadata={"description": "Id of the key it is signed with."})
    signature = fields.String(
        metadata={
            "description": "Ed25519 over the canonical JSON (sorted keys, no blanks) of all fields but key and "
            "signature, in hexadecimal digits."
        }
    )


class SealQuery(Schema):
    """Which seals."""

    before = Whole(
        least=1, in_query=True, load_default=None, metadata={"description": "Seals with lower numbers than this."}
    )
    limit = Whole(least=1, most=100, in_query=True, load_default=25, metadata={"description": "How many at most."})


class SealsSchema(Schema):
    """Seals, the newest first."""

    items = fields.List(fields.Nested(SealSchema), required=True)


class ConsistencyQuery(Schema):
    """Which earlier seal."""

    since = Whole(least=1, required=True, in_query=True, metadata={"description": "Number of an earlier seal."})


class ConsistencySchema(Schema):
    """The proof that what an earlier seal held is held by a later one (RFC 9162, 2.1.4)."""

    earlier = fields.Nested(SealSchema)
    later = fields.Nested(SealSchema)
    path = fields.List(fields.String(), metadata={"description": "Hashes in hexadecimal digits."})
