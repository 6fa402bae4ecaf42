"""What an applicant is told: once in the inbox, once by each channel; nothing a partner does holds the process up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine.bpmn.lint import Severity
from engine.casework.actor import SYSTEM, Actor
from engine.casework.case import Case
from engine.casework.contact import Channel, QuietHours
from engine.casework.notice import DeliveryState, NoSuchNotice
from engine.connectors.contract import PartnerRefused, PartnerUnavailable, Success
from engine.connectors.notice.mail import NotDelivered
from engine.diagnostics import ModelRefused
from engine.errors import Invalid, NotFound
from engine.feel.plain import to_json
from engine.runtime.apply import apply
from engine.runtime.deploy import check, deploy
from engine.runtime.finish_job import complete_job
from engine.runtime.keep_notice import notices_chain
from engine.runtime.mark_read import mark_read
from engine.runtime.set_contact import WantedContact, set_contact
from engine.store.queries.notices import NoticeRow, inbox_page, notices_of_case
from tests.builders.a_job_request import a_job_request
from tests.builders.a_notified_permit import PORTAL, Pigeons, a_notified_service, a_notifying_runtime
from tests.builders.a_runtime import MONDAY, Running
from tests.builders.an_actor import a_citizen, a_supervisor, an_actor

APPLICANT = a_citizen()


@pytest.fixture
def mail() -> Pigeons:
    """The mail server."""
    return Pigeons()


@pytest.fixture
def sms() -> Pigeons:
    """The SMS gateway."""
    return Pigeons()


@pytest.fixture
def running(database_url: str, mail: Pigeons, sms: Pigeons) -> Iterator[Running]:
    """The use cases over a fresh database, without quiet hours."""
    made = a_notifying_runtime(database_url, {Channel.mail: mail, Channel.sms: sms})
    deploy(made.runtime, a_notified_service(), by=SYSTEM)
    yield made
    made.check()
    made.close()


def applied(running: Running) -> Case:
    """A case that was told of."""
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    return case


def inbox(running: Running, who: Actor = APPLICANT, **asked: Any) -> list[NoticeRow]:
    with running.runtime.database.read() as connection:
        return list(inbox_page(connection, who, **asked).items)


def told(running: Running, case: Case, who: Actor = APPLICANT) -> NoticeRow:
    with running.runtime.database.read() as connection:
        (notice,) = notices_of_case(connection, who, case.id)
    return notice


def states(running: Running, case: Case) -> dict[str, str]:
    return {str(one.channel): str(one.state) for one in told(running, case).deliveries}


def test_a_notice_lies_in_the_inbox_and_is_sent_by_mail_and_sms(running: Running, mail: Pigeons, sms: Pigeons) -> None:
    case = applied(running)

    (notice,) = inbox(running)
    assert (notice.subject, notice.text) == (f"{case.number}: qərar", "Hörmətli Rəşad, qərar: yoxdur.")
    assert (notice.language, notice.read_at, notice.case_number) == ("az", None, str(case.number))
    assert [letter.delivery.address for letter in mail.flown + sms.flown] == ["rashad@example.az", "+994501234567"]
    assert sms.flown[0].notice.sms == f"Qərar: {PORTAL}"
    assert states(running, case) == {"mail": "sent", "sms": "sent"}
    assert [task.element_id for task in running.tasks(case.instance_id)] == ["look"]
    assert "notice.made" in running.acts(case.instance_id)
    assert running.acts(notices_chain(case.id)) == ["notice.sent", "notice.sent"]


def test_no_address_stands_in_the_journal_or_in_the_queue_of_deliveries(running: Running) -> None:
    applied(running)
    noted = [row["detail"] or "" for row in running.rows("SELECT detail FROM journal_entry")]
    loose = running.rows("SELECT payload, headers FROM job WHERE instance_id IS NULL")
    assert [text for text in noted if "rashad@" in text or "+994" in text] == []
    assert {row["payload"] for row in loose} == {None}
    assert [row["headers"] for row in loose if "rashad@" in row["headers"]] == []


def test_what_the_person_set_counts_before_what_she_wrote(running: Running, mail: Pigeons, sms: Pigeons) -> None:
    wanted = WantedContact(mail="Own@Example.AZ", language="en", sms_wanted=False)
    set_contact(running.runtime, wanted, by=APPLICANT)

    case = applied(running)

    assert [letter.delivery.address for letter in mail.flown] == ["Own@example.az"]
    assert sms.flown == []
    assert told(running, case).text == "Dear Rəşad, decision: none."
    assert running.acts("contacts") == ["contact.changed"]


def test_every_fault_of_a_contact_is_told_at_once(running: Running) -> None:
    wanted = WantedContact(mail="x", mobile="12", language="tr", time_zone="Mars/Base")
    with pytest.raises(Invalid) as refused:
        set_contact(running.runtime, wanted, by=APPLICANT)
    assert [place.path for place in refused.value.places] == ["/mail", "/mobile", "/language", "/time_zone"]


def test_mail_and_sms_wait_for_the_morning_of_the_person_and_the_inbox_does_not(
    database_url: str, mail: Pigeons, sms: Pigeons
) -> None:
    quiet = QuietHours(time(21), time(11))
    running = a_notifying_runtime(database_url, {Channel.mail: mail, Channel.sms: sms}, quiet=quiet)
    deploy(running.runtime, a_notified_service(), by=SYSTEM)

    case = applied(running)  # 09:30 in Baku

    assert len(inbox(running)) == 1
    assert mail.flown == []
    assert states(running, case) == {"mail": "waiting", "sms": "waiting"}
    running.clock.set(MONDAY + timedelta(minutes=89))
    running.work_off()
    assert mail.flown == []
    running.clock.set(MONDAY + timedelta(minutes=90))
    running.work_off()
    assert len(mail.flown) == len(sms.flown) == 1
    running.close()


def test_an_urgent_notice_leaves_at_night(database_url: str, mail: Pigeons) -> None:
    quiet = QuietHours(time(21), time(11))
    running = a_notifying_runtime(database_url, {Channel.mail: mail}, quiet=quiet)
    deploy(running.runtime, a_notified_service(urgent="true"), by=SYSTEM)

    applied(running)

    assert len(mail.flown) == 1
    assert inbox(running)[0].is_urgent
    running.close()


def test_an_address_that_is_refused_ends_the_delivery_and_nothing_else(running: Running, mail: Pigeons) -> None:
    mail.says = NotDelivered("5.1.1", "no such mailbox")

    case = applied(running)

    (failed,) = [one for one in told(running, case).deliveries if one.channel == "mail"]
    assert (failed.state, failed.code, failed.reason) == (DeliveryState.failed, "5.1.1", "no such mailbox")
    assert running.count("incident") == 0
    assert [task.element_id for task in running.tasks(case.instance_id)] == ["look"]
    assert "notice.failed" in running.acts(notices_chain(case.id))


def test_a_server_that_is_away_is_tried_again_and_the_clerk_sees_why(running: Running, mail: Pigeons) -> None:
    mail.says = PartnerUnavailable("The mail server is away.", retry_after_seconds=30)
    case = applied(running)

    (waiting,) = [one for one in told(running, case, an_actor("city:clerk")).deliveries if one.channel == "mail"]
    assert (waiting.state, waiting.last_error) == (DeliveryState.waiting, "The mail server is away.")
    mail.says = None
    running.clock.set(MONDAY + timedelta(minutes=2))
    running.work_off()

    assert states(running, case) == {"mail": "sent", "sms": "sent"}
    assert len(mail.flown) == 1


def test_a_fault_of_ours_becomes_an_incident_and_shows_on_the_case(running: Running, mail: Pigeons) -> None:
    mail.says = PartnerRefused("The mail server does not let us sign in.", remedy="Set the password.")

    case = applied(running)

    (stuck,) = [one for one in told(running, case).deliveries if one.channel == "mail"]
    assert (stuck.state, stuck.needs_repair) == (DeliveryState.waiting, True)
    assert running.count("incident", "state = 'open'") == 1


def test_a_job_that_is_repeated_after_its_worker_died_makes_one_notice(running: Running, mail: Pigeons) -> None:
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    lease = timedelta(seconds=60)
    (job,) = running.hands.take(10, lease)
    request = a_job_request(job_id=job.id, headers=job.headers, variables=to_json(dict(job.payload)))
    running.hands.registry.named("notice").call(request)  # and the worker dies before it commits
    running.clock.set(MONDAY + timedelta(seconds=61))

    running.work_off("worker-2")

    assert len(inbox(running)) == 1
    assert len(mail.flown) == 1
    assert len(told(running, case).deliveries) == 2


def test_the_key_of_a_delivery_is_the_same_for_every_try(running: Running, mail: Pigeons) -> None:
    mail.says = PartnerUnavailable("away", retry_after_seconds=1)
    case = applied(running)
    before = {one.id for one in told(running, case).deliveries}
    mail.says = None
    running.clock.set(MONDAY + timedelta(minutes=2))
    running.work_off()
    assert {letter.delivery.id for letter in mail.flown} <= before


def test_a_notice_is_read_by_its_recipient_once(running: Running) -> None:
    case = applied(running)
    (notice,) = inbox(running)

    mark_read(running.runtime, notice.id, by=APPLICANT)
    running.clock.set(MONDAY + timedelta(days=1))
    mark_read(running.runtime, notice.id, by=APPLICANT)

    assert inbox(running)[0].read_at == MONDAY
    assert inbox(running, unread=True) == []
    assert running.acts(notices_chain(case.id)).count("notice.read") == 1
    with pytest.raises(NoSuchNotice):
        mark_read(running.runtime, notice.id, by=a_citizen())


def test_others_see_nothing_of_it(running: Running) -> None:
    case = applied(running)
    stranger = a_citizen()
    assert inbox(running, stranger) == []
    with pytest.raises(NotFound):
        told(running, case, stranger)
    with pytest.raises(NotFound):
        told(running, case, an_actor("elsewhere:clerk"))
    assert told(running, case, a_supervisor("city")).subject


def test_a_template_that_is_not_there_stops_the_deployment(running: Running) -> None:
    files = a_notified_service(template="not-there")
    with pytest.raises(ModelRefused) as refused:
        deploy(running.runtime, files, by=SYSTEM)
    assert [one.rule for one in refused.value.diagnostics if one.severity is Severity.error] == ["unknown-notice"]


def test_data_that_the_task_does_not_give_stops_the_deployment(running: Running) -> None:
    found = check(running.runtime, a_notified_service({"mail": '="a@b.az"'}))
    assert ("template-unknown-data", "decided.notice.yaml") in {(one.rule, one.file) for one in found}


def test_a_template_that_cannot_be_filled_is_an_incident_that_shows_its_line(database_url: str) -> None:
    running = a_notifying_runtime(database_url, {})
    files = a_notified_service()
    files["decided.notice.yaml"] = b"subject: {az: a}\ntext:\n  az: |\n    {{ data.name.first }}\n"
    deploy(running.runtime, files, by=SYSTEM)

    case = applied(running)

    (incident,) = running.incidents(case.instance_id)
    assert "decided.notice.yaml, line 4" in incident["message"]
    assert inbox(running) == []
    running.close()


def test_an_appointment_goes_with_the_notice(database_url: str, mail: Pigeons) -> None:
    running = a_notifying_runtime(database_url, {Channel.mail: mail})
    appointment = '={start: date and time("2026-03-04T10:00:00@Asia/Baku"), minutes: 20, place: "Unit 3"}'
    given = {"name": '="R"', "mail": '="r@example.az"', "appointment": appointment}
    deploy(running.runtime, a_notified_service(given), by=SYSTEM)

    applied(running)

    kept = inbox(running)[0].appointment
    assert (kept.starts_at, kept.place) == (MONDAY + timedelta(days=2, minutes=30), "Unit 3")
    assert mail.flown[0].notice.appointment == kept
    running.close()


def test_a_notice_costs_at_most_twelve_statements_however_many_ways_it_goes(running: Running) -> None:
    apply(running.runtime, "permit", {}, by=APPLICANT)
    (job,) = running.hands.take(10, timedelta(seconds=60))
    request = a_job_request(job_id=job.id, headers=job.headers, variables=to_json(dict(job.payload)))
    outcome = running.hands.registry.named("notice").call(request)
    assert isinstance(outcome, Success)
    seen: list[str] = []
    engine = running.runtime.database.engines[0]

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("NOTIFY"):  # workers are woken without an answer being waited for
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    complete_job(running.runtime, job.id, {}, owner="worker-1", by=SYSTEM, effects=outcome.effects)
    event.remove(engine, "before_cursor_execute", note)

    assert len(seen) <= 12, "\n".join(seen)
