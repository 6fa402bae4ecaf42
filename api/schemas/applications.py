"""Applications: applying, the applicant's own list, and following one."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Answers, Identifier, Key, Language, Moment, Text
from api.paging import PageQuery, page_of
from api.schemas.openings import CaseOpeningSchema
from api.schemas.payments import PaymentSchema
from api.schemas.prefill import ConsentSchema


class ApplyCommand(Schema):
    """An application for a public service."""

    service = Identifier(required=True, metadata={"description": "Key of the service.", "example": "driving-licence"})
    answers = Answers(required=True, metadata={"description": "By field of the service's form."})
    on_behalf_of = Key(
        load_default=None,
        metadata={
            "description": "Account of the person or company applied for, under a mandate; leave it out for oneself.",
            "example": "01hk3v8b6s9e4w2m7q5t0x1y2v",
        },
    )
    language = Language(
        metadata={"description": "The one the applicant reads; by default that of Accept-Language, else az."}
    )


class WithdrawCommand(Schema):
    """An application taken back."""

    reason = Text(max_length=1_000, load_default="", metadata={"example": "I moved abroad."})


class ApplicationSchema(Schema):
    """An application in short."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    number = fields.String(required=True, metadata={"example": "AZ-2026-000123-7"})
    service = fields.String(attribute="service_key", metadata={"example": "driving-licence"})
    agency = fields.String(metadata={"example": "traffic-police"})
    applicant = fields.String(metadata={"description": "Account.", "example": "01hk3v8b6s9e4w2m7q5t0x1y2v"})
    applicant_name = fields.String(allow_none=True, metadata={"example": "Rəşad Əliyev"})
    representative = fields.String(
        allow_none=True, metadata={"description": "Account that applied for the applicant under a mandate."}
    )
    representative_name = fields.String(allow_none=True, metadata={"example": "Leyla İsmayılova"})
    state = fields.String(metadata={"example": "in_progress"})
    milestone = fields.String(allow_none=True, metadata={"example": "examination"})
    submitted_at = Moment(metadata={"example": "2026-03-02T05:30:00Z"})
    deadline_at = Moment(allow_none=True, metadata={"description": "By law.", "example": "2026-03-16T14:00:00Z"})
    expected_at = Moment(allow_none=True, metadata={"description": "Likely.", "example": "2026-03-04T14:00:00Z"})
    decided_at = Moment(allow_none=True)
    outcome = fields.String(allow_none=True, metadata={"example": "granted"})
    record = fields.String(metadata={"description": "What is left: live, archived or erased.", "example": "live"})
    kept_until = Moment(
        attribute="erase_at",
        allow_none=True,
        metadata={"description": "Its record is erased then; null while it is open, or when it is kept for good."},
    )


ApplicationPage = page_of(ApplicationSchema, "ApplicationPage")


class ApplicationQuery(PageQuery):
    """Which of the caller's own applications."""

    on_behalf_of = Key(
        load_default=None, metadata={"description": "Only those of this account, whose mandate the caller holds."}
    )


class StepSchema(Schema):
    """One step of the way."""

    key = fields.String(metadata={"example": "examination"})
    title = fields.Dict(metadata={"example": {"en": "Examination"}})
    state = fields.String(metadata={"description": "done, current or ahead.", "example": "done"})
    at = Moment(allow_none=True)


class MessageProofSchema(Schema):
    """The signed message that a proof came by, over a data exchange layer such as X-Road."""

    service = fields.String(metadata={"example": "AZ/GOV/00000002/population/persons"})
    message_id = fields.String(metadata={"description": "Ours, of the request."})
    request_id = fields.String(metadata={"description": "What the security server called the request."})
    request_hash = fields.String(metadata={"description": "SHA-512 of the request as the provider saw it, in base64."})


class FactSchema(Schema):
    """One value of a proof."""

    name = fields.String(metadata={"example": "person.birth_date"})
    value = fields.Raw(allow_none=True, metadata={"description": "As JSON.", "example": "1990-04-12"})
    is_masked = fields.Boolean(metadata={"description": "The value is known, and not shown."})


class ComparedSchema(Schema):
    """A value that the applicant stated, and the one that the register has."""

    what = fields.String(metadata={"example": "person.birth_date"})
    stated = fields.Raw(allow_none=True, metadata={"example": "1990-04-21"})
    found = fields.Raw(allow_none=True, metadata={"example": "1990-04-12"})
    differs = fields.Boolean()


class EvidenceSchema(Schema):
    """A proved fact and where the proof came from; or why it could not be proved so."""

    key = fields.String(metadata={"example": "medical-fitness"})
    provenance = fields.String(
        metadata={
            "description": "register, clerk, applicant, or prefilled: a register, asked for the form.",
            "example": "register",
        }
    )
    outcome = fields.String(
        metadata={
            "description": "proved; or why not: disagrees, no-answer, no-record, no-consent.",
            "example": "proved",
        }
    )
    hash = fields.String(metadata={"description": "SHA-256 of the salted content, as the journal holds it."})
    facts = fields.List(fields.Nested(FactSchema), metadata={"description": "What it says."})
    compared = fields.List(
        fields.Nested(ComparedSchema), metadata={"description": "What was held against what was stated."}
    )
    source = fields.String(allow_none=True, metadata={"example": "medical"})
    purpose = fields.String(metadata={"description": "Why a register was asked.", "example": "Fitness to drive"})
    legal_basis = fields.String(metadata={"example": "Law on Road Traffic, art. 29"})
    recorded_at = Moment()
    fetched_at = Moment(allow_none=True, metadata={"description": "When the register answered."})
    is_reused = fields.Boolean(metadata={"description": "It answered for an earlier application of the same person."})
    proof = fields.Nested(
        MessageProofSchema, allow_none=True, metadata={"description": "By which message it came; null for none."}
    )


class EvidenceListSchema(Schema):
    """The proofs of an application."""

    items = fields.List(fields.Nested(EvidenceSchema), required=True)


class ReasonSchema(Schema):
    """Why it was decided so."""

    code = fields.String(metadata={"example": "not-fit"})
    text = fields.String(metadata={"example": "The certificate says: not fit for category C."})
    article = fields.String(allow_none=True, metadata={"example": "30.2"})


class DecisionSchema(Schema):
    """The administrative act."""

    outcome = fields.String(metadata={"example": "granted"})
    reasons = fields.List(fields.Nested(ReasonSchema))
    text = fields.String(allow_none=True)
    decided_at = Moment()
    details = fields.Dict(
        allow_none=True,
        metadata={"description": "What belongs to the act.", "example": {"valid_until": "2036-03-04"}},
    )


class DocumentSchema(Schema):
    """A document of the case."""

    id = fields.String(required=True)
    number = fields.String(metadata={"example": "traffic-police-2026-000123-8"})
    name = fields.String(metadata={"description": "What it is, in its language."})
    kind = fields.String(allow_none=True, metadata={"example": "decision"})
    outcome = fields.String(allow_none=True, metadata={"example": "granted"})
    language = fields.String(metadata={"example": "az"})
    created_at = Moment()
    size = fields.Integer(metadata={"description": "In bytes.", "example": 24_310})
    sha256 = fields.String(metadata={"description": "Of the file, in hexadecimal digits."})
    code = fields.String(metadata={"description": "Verifies it at /api/v1/verify/{code}."})
    is_revoked = fields.Boolean()


class OwnTaskSchema(Schema):
    """Something the applicant must do."""

    id = fields.String(required=True)
    name = fields.String(metadata={"example": "Correct your application"})
    due_at = Moment(allow_none=True)


class TrackingSchema(ApplicationSchema):
    """Everything the applicant may know of an application."""

    steps = fields.List(fields.Nested(StepSchema))
    where_now = fields.List(
        fields.String(), metadata={"description": "Steps it stands at now.", "example": ["Examination by the police"]}
    )
    clock_is_stopped = fields.Boolean(metadata={"description": "The term stands still while the applicant corrects."})
    decision = fields.Nested(DecisionSchema, allow_none=True)
    documents = fields.List(fields.Nested(DocumentSchema))
    evidence = fields.List(fields.Nested(EvidenceSchema))
    consents = fields.List(
        fields.Nested(ConsentSchema),
        metadata={"description": "What the applicant allowed registers to be asked, the newest first."},
    )
    own_tasks = fields.List(fields.Nested(OwnTaskSchema))
    openings = fields.List(
        fields.Nested(CaseOpeningSchema),
        metadata={"description": "When staff looked at it without a task, and why; the first one first."},
    )
    payments = fields.List(fields.Nested(PaymentSchema))


class CaseReasonsSchema(Schema):
    """A decision definition that spoke in a case, and why it said so."""

    element_id = fields.String(metadata={"description": "The business rule task of the model."})
    at = Moment()
    decision_id = fields.String(metadata={"example": "eligibility"})
    name = fields.String(metadata={"example": "Eligibility"})
    version = fields.Integer(metadata={"description": "Of the decision definition, as it was then."})
    sentences = fields.List(fields.String(), metadata={"example": ["validity: 9.", "What was considered: Age - 61."]})
    decisions = fields.List(
        fields.Dict(), metadata={"description": "Each decision made on the way, with facts, rules and other outcomes."}
    )


class ReasonsSchema(Schema):
    """Why the decisions of an application came out as they did."""

    language = fields.String(metadata={"example": "az"})
    items = fields.List(fields.Nested(CaseReasonsSchema))
