"""Where somebody signs in: coarse enough to stay the same, fine enough to see a stranger."""

from __future__ import annotations

import pytest

from engine.casework.place import browser_of, counted_address, network_of, place_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
EDGE = CHROME + " Edg/140.0.0.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


@pytest.mark.parametrize(
    ("address", "network", "counted"),
    [
        ("192.0.2.77", "192.0.2.0/24", "192.0.2.77"),
        ("::ffff:192.0.2.77", "192.0.2.0/24", "192.0.2.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/48", "fe80::/64"),
        (None, "unknown", "unknown"),
        ("no address", "unknown", "unknown"),
    ],
)
def test_an_address_has_a_network_and_a_name_to_count_by(address: str | None, network: str, counted: str) -> None:
    assert (network_of(address), counted_address(address)) == (network, counted)


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iOS"),
        ("python-httpx/0.28", "python-httpx"),
        ("", "an unknown program"),
        ("\n<script>", "an unknown program"),
    ],
)
def test_a_browser_is_told_by_family_and_system(user_agent: str, told: str) -> None:
    assert browser_of(user_agent) == told


def test_a_new_version_or_address_nearby_is_the_same_place_and_another_account_s_is_not() -> None:
    home = place_of("a", "192.0.2.7", FIREFOX)

    assert place_of("a", "192.0.2.9", FIREFOX.replace("140", "141")) == home
    assert place_of("a", "198.51.100.7", FIREFOX) != home
    assert place_of("a", "192.0.2.7", CHROME) != home
    assert place_of("b", "192.0.2.7", FIREFOX) != home
