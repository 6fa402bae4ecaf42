"""A partner that misbehaves costs a bounded time and a bounded memory, and gets no key it should not have."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from werkzeug.wrappers import Request, Response

from engine.connectors.contract import PartnerRefused, PartnerUnavailable
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits, header_text
from engine.connectors.webhook import InnerHosts
from tests.builders.a_partner import Partner, a_partner


def test_a_host_that_is_not_listed_is_never_called(exchange: Exchange, partner: Partner) -> None:
    with a_partner() as stranger:
        stranger.answers()
        with pytest.raises(PartnerRefused, match="may not be called"):
            exchange.send("GET", stranger.url)
        assert stranger.received == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:pw@127.0.0.1/",
        "//127.0.0.1/",
        "http://[::1",
        "x" * 70_000,
    ],
    ids=["file", "ftp", "credentials", "no-scheme", "broken", "too-long"],
)
def test_an_odd_address_is_refused(exchange: Exchange, address: str) -> None:
    with pytest.raises(PartnerRefused):
        exchange.send("GET", address)


def test_a_listed_host_without_a_port_means_the_standard_ports_only() -> None:
    import httpx

    allowed = AllowedHosts(frozenset({"api.example.gov"}))
    assert allowed.holds(httpx.URL("https://api.example.gov/v1"))
    assert not allowed.holds(httpx.URL("https://api.example.gov:22/v1"))
    assert not allowed.holds(httpx.URL("https://api.example.gov.evil.example/v1"))


def test_a_redirect_to_a_host_that_is_not_listed_is_not_followed(exchange: Exchange, partner: Partner) -> None:
    with a_partner() as stranger:
        stranger.answers()
        partner.answers(b"", 302, Location=stranger.url)
        with pytest.raises(PartnerRefused, match="may not be called"):
            exchange.send("GET", partner.url)
        assert stranger.received == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_listed_name_that_leads_within_is_not_called(partner: Partner, address: str) -> None:
    name = f"api.example.gov:{partner.port}"
    exchange = Exchange(AllowedHosts(frozenset({name})), look=lambda *_: ["8.8.8.8", address])
    with pytest.raises(PartnerRefused, match="not public") as caught:
        exchange.send("GET", f"https://{name}/")
    exchange.close()
    assert "ONEWINDOW_INNER_HOSTS" in (caught.value.remedy or "")
    assert partner.received == []


@pytest.mark.parametrize("host", ["api.example.gov", "8.8.8.8", "[2001:4860:4860::8888]"])
def test_nothing_leaves_our_network_in_clear(partner: Partner, host: str) -> None:
    partner.answers(b"", 302, Location=f"http://{host}/")
    exchange = Exchange(AllowedHosts(frozenset({partner.host, host, host.strip("[]")})))
    for address in (f"http://{host}/", partner.url):
        with pytest.raises(PartnerRefused, match="by http could be read") as caught:
            exchange.send("GET", address)
        assert "Use https" in (caught.value.remedy or "")
    exchange.close()


def test_a_host_marked_as_inner_is_called_at_the_address_that_was_looked_up(partner: Partner) -> None:
    name = f"cadastre.internal:{partner.port}"
    looks: list[str] = []

    def look(host: str, _port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"]

    exchange = Exchange(AllowedHosts(frozenset({name})), inner=InnerHosts(frozenset({name})), look=look)
    exchange.send("GET", f"http://{name}/")
    exchange.close()
    assert partner.received[0].headers["Host"] == name
    assert looks == ["cadastre.internal"]


def test_a_redirect_to_a_listed_name_that_leads_within_is_not_followed(partner: Partner) -> None:
    name = f"api.example.gov:{partner.port}"
    partner.answers(b"", 302, Location=f"https://{name}/secret")
    allowed = AllowedHosts(frozenset({partner.host, name}))
    exchange = Exchange(allowed, look=lambda *_: ["127.0.0.1"])
    with pytest.raises(PartnerRefused, match="not public"):
        exchange.send("GET", partner.url)
    exchange.close()
    assert len(partner.received) == 1


def test_a_redirect_within_the_host_is_followed_for_get_only(exchange: Exchange, partner: Partner) -> None:
    partner.answers(b"", 302, Location="/there").answers(b'{"a": 1}')
    assert exchange.send("GET", partner.url).json() == {"a": 1}
    partner.answers(b"", 307, Location="/there")
    with pytest.raises(PartnerRefused, match="not followed"):
        exchange.send("POST", partner.url)


def test_a_key_does_not_travel_to_another_listed_host(partner: Partner) -> None:
    with a_partner() as other:
        other.answers()
        partner.answers(b"", 302, Location=other.url)
        exchange = Exchange(AllowedHosts(frozenset({partner.host, other.host})))
        exchange.send("GET", partner.url, headers={"X-Api-Key": "s3cret", "X-Purpose": "renewal"})
        exchange.close()
        assert "X-Api-Key" not in other.received[0].headers
        assert other.received[0].headers["X-Purpose"] == "renewal"


def test_redirects_without_end_are_given_up(exchange: Exchange, partner: Partner) -> None:
    partner.answers(b"", 302, Location="/again")
    with pytest.raises(PartnerRefused, match="redirects more than"):
        exchange.send("GET", partner.url)


def test_an_answer_larger_than_the_limit_is_cut_off(exchange: Exchange, partner: Partner) -> None:
    def flood() -> Iterator[bytes]:
        for _ in range(100_000):
            yield b" " * 1_000

    partner.answers(flood)
    with pytest.raises(PartnerUnavailable, match="larger than 10000 bytes"):
        exchange.send("GET", partner.url)


def test_a_packed_answer_is_not_unfolded(exchange: Exchange, partner: Partner) -> None:
    partner.answers(b"\x1f\x8b\x08", Content_Encoding="gzip")
    with pytest.raises(PartnerUnavailable, match="packed"):
        exchange.send("GET", partner.url)


def test_a_partner_that_hangs_is_left_in_time(partner: Partner) -> None:
    def hang(_request: Request) -> Response:
        time.sleep(2)
        return Response(b"{}")

    partner.does(hang)
    exchange = Exchange(AllowedHosts(frozenset({partner.host})), ExchangeLimits(read_seconds=0.2))
    started = time.monotonic()
    with pytest.raises(PartnerUnavailable, match="did not answer in time"):
        exchange.send("GET", partner.url)
    assert time.monotonic() - started < 2
    exchange.close()


def test_a_partner_that_drips_is_left_in_time(partner: Partner) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.02)
            yield b" "

    partner.answers(drip)
    limits = ExchangeLimits(read_seconds=1, total_seconds=0.2)
    exchange = Exchange(AllowedHosts(frozenset({partner.host})), limits)
    with pytest.raises(PartnerUnavailable, match="needs longer"):
        exchange.send("GET", partner.url)
    exchange.close()


def test_nobody_listening_is_unavailable(partner: Partner) -> None:
    exchange = Exchange(AllowedHosts(frozenset({"127.0.0.1:1"})))
    with pytest.raises(PartnerUnavailable, match="cannot be reached"):
        exchange.send("GET", "http://127.0.0.1:1/persons/5FQ2K7M")
    exchange.close()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 1), ("999999", 3600), ("soon", 5), ("Mon, 01 Jan 2001 00:00:00 GMT", 1), ("-5", 5)],
    ids=["seconds", "at-least-one", "at-most-an-hour", "nonsense", "a-date-gone-by", "negative"],
)
def test_the_wait_a_partner_asks_for_is_kept_within_reason(
    exchange: Exchange, partner: Partner, said: str, seconds: int
) -> None:
    partner.answers(b"", 429, Retry_After=said)
    with pytest.raises(PartnerUnavailable) as caught:
        exchange.send("GET", partner.url)
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    "body",
    [
        b'{"pin": "5FQ2K7M", "given_na\xff\xfe<html>502',
        b'{"pin": ',
        b"<html>",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b"[" * 5_000 + b"]" * 5_000,
        b"[" * 65 + b"]" * 65,
    ],
    ids=["garbage", "half", "html", "nan", "twice", "surrogate", "nul", "very-deep", "deep"],
)
def test_an_answer_that_is_not_sound_json_is_asked_for_again(exchange: Exchange, partner: Partner, body: bytes) -> None:
    partner.answers(body)
    with pytest.raises(PartnerUnavailable, match="not sound JSON"):
        exchange.send("GET", partner.url).json()


def test_an_escaped_pair_of_surrogates_is_sound(exchange: Exchange, partner: Partner) -> None:
    partner.answers(b'{"a": "\\ud83d\\ude00"}')
    assert exchange.send("GET", partner.url).json() == {"a": "😀"}


def test_a_header_holds_any_text() -> None:
    assert (
        header_text("Yol hərəkəti, mad. 30\r\nX-Api-Key: x") == "Yol h%C9%99r%C9%99k%C9%99ti, mad. 30%0D%0AX-Api-Key: x"
    )
