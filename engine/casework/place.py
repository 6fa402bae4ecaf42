"""Where somebody signs in: the network she comes from and the kind of browser, coarse enough to stay the same.

An address changes every night, a browser every month; the network of a provider and the family of a browser seldom do.
What is kept is a hash of both: it tells whether a place is new, and nobody where it is.
"""

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_FAMILIES: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
"""In this order: each browser names those that it wants to be taken for as well."""
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,30}")


def network_of(address: str | None) -> str:
    """The network of an address: /24 of IPv4, /48 of IPv6; the text itself where it is no address."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return f"{IPv4Address(int(found) >> 8 << 8)}/24"
    return f"{IPv6Address(int(found) >> 80 << 80)}/48"


def counted_address(address: str | None) -> str:
    """What wrong tries are counted by: an address of IPv4, a /64 of IPv6, for there one caller has all of it."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or f"{IPv6Address(int(found) >> 64 << 64)}/64")
    return str(found)


def browser_of(user_agent: str) -> str:
    """Family and system of a browser, such as `Firefox on Linux`; of a program, its first word."""
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    if not family:
        word = _WORD.match(user_agent)
        return word.group() if word else "an unknown program"
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{family} on {system}" if system else family


def place_of(account: str, address: str | None, user_agent: str) -> str:
    """What is kept of where an account signs in: a hash, different for each account."""
    said = "\n".join((account, network_of(address), browser_of(user_agent)))
    return hashlib.sha256(said.encode()).hexdigest()
