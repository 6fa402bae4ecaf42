"""`a_reservation(job_id)`: what the writer of a document is given."""

from __future__ import annotations

from engine.casework.document import Document, Reservation
from tests.builders.a_case import a_case
from tests.builders.a_task import NOW

TEMPLATE = '{% extends "layout.html" %}{% block title %}Qərar {{ document.number }}{% endblock %}'


def a_reservation(job_id: str) -> Reservation:
    """Of a decision of one case; its number, code and moment are the same each time."""
    case = a_case()
    document = Document(
        id="01jb0000000000000000000007",
        job_id=job_id,
        instance_id=case.instance_id,
        case_id=case.id,
        applicant=case.applicant,
        agency=case.agency,
        service_key=case.service_key,
        year=2026,
        serial=1,
        number="traffic-police-2026-000001-5",
        code="0123456789abcdefghjk",
        template="decision",
        template_checksum="0" * 64,
        title="Qərar",
        language="az",
        reserved_at=NOW,
    )
    return Reservation(
        document=document,
        case=case,
        template=TEMPLATE,
        file_name="decision.html",
        service_title={"az": "Vəsiqə"},
        remedy={"az": "Məhkəməyə şikayət."},
        legal_basis=(({"az": "Yol hərəkəti haqqında Qanun"}, "30"),),
        time_zone="Asia/Baku",
    )
