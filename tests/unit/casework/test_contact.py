"""Where and when a person may be reached: addresses that are none are refused, nobody is woken at night."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.contact import (
    Channel,
    Contact,
    QuietHours,
    addresses,
    language_of,
    mail_address,
    mobile_number,
    send_at,
)
from engine.errors import Invalid

BAKU = ZoneInfo("Asia/Baku")
NIGHT = QuietHours(time(21), time(8))
ORDER = ("az", "en", "ru")


def a_contact(**said: object) -> Contact:
    """What a person said of herself."""
    return Contact(account_id="a" * 26, changed_at=datetime(2026, 3, 2, tzinfo=UTC), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param(" R.Aliyev+case@Example.AZ ", "R.Aliyev+case@example.az", id="domain-in-small-letters"),
        pytest.param("a@xn--80ak6aa92e.com", "a@xn--80ak6aa92e.com", id="punycode"),
        pytest.param("a@müsteri.az", "a@xn--msteri-3ya.az", id="domain-beyond-ascii"),
    ],
)
def test_a_mail_address_is_kept_in_one_form(written: str, kept: str) -> None:
    assert mail_address(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "", "a", "@b.az", "a@", "a@b", "a b@c.az", "a@b..az", "a@-b.az", "a@b.az\r\nBcc: c@d.az", "ə@b.az",
        "a@[127.0.0.1]",
        "a@127.0.0.1", "<a@b.az>", "a,b@c.az", ".a@b.az", "a@" + "b" * 64 + ".az", "a" * 65 + "@b.az", "a@b.az,c@d.az",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        mail_address(written)


@pytest.mark.parametrize("written", ["+994501234567", "+994 (50) 123-45-67", "00994 50 123 45 67"])
def test_a_mobile_number_is_kept_in_one_form(written: str) -> None:
    assert mobile_number(written) == "+994501234567"


@pytest.mark.parametrize(
    "written", ["", "0501234567", "+0501234567", "+994", "+99450123456789012", "+994x501234567", "+٩٩٤٥٠١٢٣٤٥٦٧"]
)
def test_what_is_no_international_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        mobile_number(written)


@pytest.mark.parametrize(
    ("local", "leaves"),
    [
        pytest.param("2026-03-02T12:00", "2026-03-02T12:00", id="by-day-at-once"),
        pytest.param("2026-03-02T21:00", "2026-03-03T08:00", id="the-start-is-quiet"),
        pytest.param("2026-03-02T23:59", "2026-03-03T08:00", id="before-midnight"),
        pytest.param("2026-03-03T00:00", "2026-03-03T08:00", id="after-midnight"),
        pytest.param("2026-03-03T07:59", "2026-03-03T08:00", id="just-before-the-end"),
        pytest.param("2026-03-03T08:00", "2026-03-03T08:00", id="the-end-is-not"),
    ],
)
def test_a_notice_waits_for_the_morning_of_the_citizen(local: str, leaves: str) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=BAKU)
    assert send_at(now, NIGHT, BAKU, is_urgent=False) == datetime.fromisoformat(leaves).replace(tzinfo=BAKU)


def test_an_urgent_notice_does_not_wait() -> None:
    midnight = datetime(2026, 3, 3, tzinfo=BAKU)
    assert send_at(midnight, NIGHT, BAKU, is_urgent=True) == midnight
    assert send_at(midnight, None, BAKU, is_urgent=False) == midnight


def test_hours_within_one_day_are_quiet_between_them() -> None:
    siesta = QuietHours(time(13), time(15))
    at = datetime(2026, 3, 2, 14, 30, tzinfo=BAKU)
    assert send_at(at, siesta, BAKU, is_urgent=False) == datetime(2026, 3, 2, 15, tzinfo=BAKU)
    assert send_at(at.replace(hour=15), siesta, BAKU, is_urgent=False) == at.replace(hour=15)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Asia/Baku", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
    st.times(),
    st.times(),
)
def test_whatever_the_clocks_do_a_notice_leaves_by_day_within_a_day_or_so(
    now: datetime, zone_name: str, start: time, end: time
) -> None:
    zone, start, end = ZoneInfo(zone_name), start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    quiet = QuietHours(start, end) if start != end else NIGHT

    leaves = send_at(now, quiet, zone, is_urgent=False)

    assert now <= leaves
    assert (leaves - now).total_seconds() <= 26 * 3600
    assert leaves == now or not quiet.hold(leaves.astimezone(zone).time())


def test_quiet_hours_are_read_from_a_setting() -> None:
    assert QuietHours.parse("21:30-07:00") == QuietHours(time(21, 30), time(7))
    assert QuietHours.parse("none") is None
    assert QuietHours.parse("08:00-08:00") is None
    with pytest.raises(Invalid):
        QuietHours.parse("9pm-8am")


def test_the_account_counts_before_the_application_and_wishes_before_both() -> None:
    kept = a_contact(mail="own@example.az", sms_wanted=False)
    assert addresses(kept, "written@example.az", "+994501234567") == {Channel.mail: "own@example.az"}


def test_without_an_account_address_that_of_the_application_is_used_where_it_is_one() -> None:
    assert addresses(None, "written@example.az", "123") == {Channel.mail: "written@example.az"}
    assert addresses(a_contact(), "nonsense", "+994 50 123 45 67") == {Channel.sms: "+994501234567"}
    assert addresses(None, None, None) == {}


@pytest.mark.parametrize(
    ("said", "own", "application", "there", "taken"),
    [
        pytest.param("en", "ru", "az", ORDER, "en", id="the-model-says"),
        pytest.param(None, "ru", "en", ORDER, "ru", id="the-persons-own"),
        pytest.param(None, None, "en", ORDER, "en", id="that-of-the-application"),
        pytest.param(None, None, None, ORDER, "az", id="the-countrys-first"),
        pytest.param(None, "ru", None, ("az", "en"), "az", id="the-first-it-is-written-in"),
        pytest.param(None, "ru", None, ("en",), "en", id="the-only-one"),
    ],
)
def test_the_language_of_a_notice(
    said: str | None, own: str | None, application: str | None, there: tuple[str, ...], taken: str
) -> None:
    assert language_of(said, a_contact(language=own), application, there, ORDER) == taken
