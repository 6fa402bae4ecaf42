"""Notices, deliveries and contacts in the tables: kept whole, made once a job, read once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.casework.contact import Channel, Contact
from engine.errors import NotFound, Refused
from engine.store.database import Database
from tests.builders.a_notice import APPOINTMENT, AT, a_delivery, a_notice


def test_a_notice_and_its_deliveries_come_back_as_they_were_kept(database: Database) -> None:
    notice = a_notice(appointment=APPOINTMENT, sms="Qərar", is_urgent=True)
    mail, sms = a_delivery(notice), a_delivery(notice, channel=Channel.sms, address="+994501234567")
    with database.work() as work:
        work.notices.add(notice, [mail, sms])
        locked = work.notices.lock_delivery(mail.id)
        work.notices.save_delivery(locked.failed("5.1.1", "no such mailbox", AT))

    with database.work() as work:
        assert work.notices.read(notice.id) == notice
        assert work.notices.read_delivery(sms.id) == sms
        assert work.notices.read_delivery(mail.id) == mail.failed("5.1.1", "no such mailbox", AT)


def test_one_job_makes_one_notice(database: Database) -> None:
    notice = a_notice()
    with database.work() as work:
        work.notices.add(notice, [])

    with pytest.raises(Refused), database.work() as work:
        work.notices.add(a_notice(job_id=notice.job_id), [])


def test_a_contact_takes_the_place_of_the_one_before(database: Database) -> None:
    first = Contact(account_id="a" * 26, mail="a@b.az", mobile="+994501234567", changed_at=AT)
    second = replace(first, mail=None, language="ru", time_zone="Europe/Berlin", mail_wanted=False)
    with database.work() as work:
        assert work.notices.contact_of(first.account_id) is None
        work.notices.keep_contact(first)
        assert work.notices.contact_of(first.account_id) == first
        work.notices.keep_contact(second)

    with database.work() as work:
        assert work.notices.contact_of(first.account_id) == second


def test_only_the_recipient_marks_a_notice_and_the_first_time_counts(database: Database) -> None:
    notice, later = a_notice(), AT + timedelta(days=1)
    with database.work() as work:
        work.notices.add(notice, [])
        marks = [
            work.notices.mark_read(notice.id, "x" * 26, AT),
            work.notices.mark_read(notice.id, notice.recipient, AT),
            work.notices.mark_read(notice.id, notice.recipient, later),
        ]
        assert work.notices.read(notice.id).read_at == AT

    assert marks == [False, True, False]


def test_what_is_not_there_is_not_found(database: Database) -> None:
    with database.work() as work:
        for ask in (work.notices.read, work.notices.read_delivery, work.notices.lock_delivery):
            with pytest.raises(NotFound):
                ask("x" * 26)


def test_moments_of_a_contact_keep_their_zone(database: Database) -> None:
    with database.work() as work:
        work.notices.keep_contact(Contact(account_id="a" * 26, changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        found = work.notices.contact_of("a" * 26)
    assert found is not None
    assert found.changed_at == datetime(2026, 1, 1, tzinfo=UTC)
