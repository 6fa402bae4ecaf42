"""A notice is read once; a delivery ends once, whatever comes late or twice; an appointment is read strictly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from engine.casework.calendar_file import calendar_file, method_of
from engine.casework.notice import DELIVERY_MOVES, LONGEST_REASON, Appointment, DeliveryState
from engine.errors import Invalid
from tests.builders.a_notice import APPOINTMENT, AT, a_delivery, a_notice

LATER = AT + timedelta(hours=1)
BAKU = ZoneInfo("Asia/Baku")


def test_the_first_reading_of_a_notice_counts() -> None:
    read = a_notice().read(AT)
    assert read.read_at == AT
    assert read.read(LATER) is read


@pytest.mark.parametrize("state", list(DeliveryState))
@pytest.mark.parametrize("news", ["sent", "delivered", "failed"])
def test_every_state_takes_every_news_as_the_table_says(state: DeliveryState, news: str) -> None:
    before = a_delivery(state=state)

    after = {
        "sent": lambda: before.sent("<1@x>", LATER),
        "delivered": lambda: before.delivered(LATER),
        "failed": lambda: before.failed("5.1.1", "no such mailbox", LATER),
    }[news]()

    moves = DeliveryState(news) in DELIVERY_MOVES[state]
    assert after.state is (DeliveryState(news) if moves else state)
    assert (after is before) is not moves


def test_news_that_come_before_our_own_record_of_the_sending_count() -> None:
    delivered = a_delivery().delivered(LATER)
    assert delivered.sent("gateway-1", LATER) is delivered
    assert delivered.sent_at == LATER


def test_what_a_partner_says_of_a_failure_is_bounded_and_printable() -> None:
    failed = a_delivery().failed("x" * 100, "no\r\nsuch \x00 box " + "y" * 1_000, LATER)
    assert len(failed.code or "") == 60
    assert (failed.reason or "").startswith("no such  box y")
    assert len(failed.reason or "") <= LONGEST_REASON


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        pytest.param("2026-03-04T10:00:00", datetime(2026, 3, 4, 6, tzinfo=UTC), id="local"),
        pytest.param("2026-03-04T10:00:00+03:00", datetime(2026, 3, 4, 7, tzinfo=UTC), id="with-an-offset"),
        pytest.param("2026-03-04T10:00:00Z", datetime(2026, 3, 4, 10, tzinfo=UTC), id="utc"),
        pytest.param("2026-03-04T10:00:00@Europe/Berlin", datetime(2026, 3, 4, 9, tzinfo=UTC), id="with-a-zone"),
    ],
)
def test_an_appointment_is_read_from_a_variable(start: str, moment: datetime) -> None:
    read = Appointment.of({"start": start, "minutes": 20, "place": "Unit 3"}, BAKU)
    assert read.starts_at.astimezone(UTC) == moment
    assert read.ends_at - read.starts_at == timedelta(minutes=20)
    assert Appointment.from_json(read.to_json()) == read


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("tomorrow", id="a-text"),
        pytest.param({}, id="no-start"),
        pytest.param({"start": "2026-03-04"}, id="a-day"),
        pytest.param({"start": "2026-03-04T10:00:00@Nowhere/Land"}, id="unknown-zone"),
        pytest.param({"start": "2026-03-04T10:00:00", "minutes": 0}, id="no-length"),
        pytest.param({"start": "2026-03-04T10:00:00", "minutes": True}, id="truth-for-a-number"),
        pytest.param({"start": "2026-03-04T10:00:00", "end": "2026-03-04T09:00:00"}, id="ends-before"),
        pytest.param({"start": "2026-03-04T10:00:00", "end": "2027-03-04T09:00:00"}, id="a-year"),
        pytest.param({"start": "2026-03-04T10:00:00", "place": 3}, id="place"),
        pytest.param({"start": "2026-03-04T10:00:00", "key": "a\nb"}, id="key"),
    ],
)
def test_what_is_no_appointment_is_refused(said: object) -> None:
    with pytest.raises(Invalid):
        Appointment.of(said, BAKU)


def test_an_appointment_becomes_a_calendar_file_that_a_calendar_reads() -> None:
    notice = a_notice(appointment=APPOINTMENT, subject="Görüş; saat 9, bax:", text="Gəlin\nvaxtında")

    content = calendar_file(notice, "example.gov")

    assert content is not None
    calendar = Calendar.from_ical(content)
    (event,) = calendar.events
    assert (event["uid"], event["summary"]) == (f"{notice.case_id}-appointment@example.gov", "Görüş; saat 9, bax:")
    assert (event.start, event.end) == (APPOINTMENT.starts_at, APPOINTMENT.ends_at)
    assert event["location"] == "Unit 3, Bakı"
    assert calendar["method"] == "PUBLISH"
    assert b"\r\n" in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_later_notice_of_the_same_appointment_moves_or_cancels_the_entry() -> None:
    first = a_notice(appointment=APPOINTMENT)
    cancelled = Appointment(starts_at=APPOINTMENT.starts_at, ends_at=APPOINTMENT.ends_at, place="", is_cancelled=True)
    second = a_notice(case_id=first.case_id, created_at=LATER, appointment=cancelled)

    one, two = (Calendar.from_ical(calendar_file(each, "x.gov") or b"").events[0] for each in (first, second))

    assert one["uid"] == two["uid"]
    assert one["sequence"] < two["sequence"]
    assert (two["status"], method_of(second)) == ("CANCELLED", "CANCEL")
    assert calendar_file(a_notice(), "x.gov") is None
