"""Signatures of Standard Webhooks, and which addresses may be called."""

from __future__ import annotations

import base64
from ipaddress import ip_address

import httpx
import pytest

from engine.connectors.webhook import InnerHosts, address_fault, sign, signing_key, verify
from engine.connectors.webhook.addresses import AddressRefused, is_public, pinned
from engine.connectors.webhook.signature import SecretMalformed

NOBODY = InnerHosts()


def test_the_example_of_the_standard_gives_its_signature() -> None:
    # standard-webhooks, reference vectors: secret, id, timestamp and body of its libraries' tests
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    made = sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_keys_give_two_signatures_and_either_verifies() -> None:
    old, new = (signing_key("whsec_" + base64.b64encode(bytes([sign]) * 32).decode()) for sign in (1, 2))

    header = sign([new, old], "e1", 1, b"{}")

    assert header.count("v1,") == 2
    assert verify([old], "e1", 1, b"{}", header)
    assert verify([new], "e1", 1, b"{}", header)
    assert not verify([old], "e2", 1, b"{}", header)
    assert not verify([old], "e1", 2, b"{}", header)
    assert not verify([old], "e1", 1, b"{ }", header)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_***", "whsec_" + "A" * 100]
)
def test_a_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(SecretMalformed) as refused:
        signing_key(secret)

    assert not secret or secret == "whsec_" or secret not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.gov/hook",
        "ftp://example.gov/hook",
        "https://",
        "https://user:key@example.gov/",
        "https://example.gov/#part",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://intranet/",
        "https://db.internal/",
        "https://example.gov:99999/",
        "no address",
    ],
)
def test_an_address_that_is_not_public_https_is_refused_by_its_text(url: str) -> None:
    assert address_fault(url, NOBODY)


@pytest.mark.parametrize("url", ["https://example.gov/hook?key=1", "https://example.gov:8443/", "https://8.8.8.8/"])
def test_a_public_https_address_may_be_called(url: str) -> None:
    assert address_fault(url, NOBODY) is None


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:9000/hook", True),
        ("http://127.0.0.1:9001/hook", False),
        ("http://intranet:1234/hook", True),
        ("https://intranet/", True),
    ],
)
def test_a_listed_host_may_be_within_and_without_tls(url: str, may: bool) -> None:
    assert (address_fault(url, InnerHosts(frozenset({"127.0.0.1:9000", "intranet"}))) is None) is may


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff0e::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c::1",
    ],
)  # fmt: skip
def test_no_address_within_is_public_in_whatever_disguise(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


def test_the_call_goes_to_the_address_that_was_judged() -> None:
    asked: list[str] = []

    def look(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return ["8.8.8.8", "8.8.4.4"] if len(asked) == 1 else ["127.0.0.1"]

    assert pinned(httpx.URL("https://example.gov/"), NOBODY, look) == "8.8.8.8"
    assert asked == ["example.gov:443"]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused):
        pinned(httpx.URL("https://example.gov/"), NOBODY, lambda *_: ["8.8.8.8", "10.0.0.1"])
