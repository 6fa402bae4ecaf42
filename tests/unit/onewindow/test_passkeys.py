"""Passkeys: what proves something, and that nothing else does, whatever a browser sends."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from door.sign_in import WrongProof
from onewindow.passkeys import NewPasskey, NoPasskeys, RelyingParty
from tests.builders.an_authenticator import Authenticator, an_authenticator

ADDRESS = "https://services.example.gov"
PARTY = RelyingParty.at(ADDRESS)
CHALLENGE = b"c" * 32


@lru_cache(maxsize=1)
def _made() -> tuple[Authenticator, Mapping[str, Any], NewPasskey]:
    key = an_authenticator(ADDRESS)
    shown = key.create(PARTY.ask_for_new(CHALLENGE, "account", "Aysel", []))
    return key, shown, PARTY.new(CHALLENGE, shown)


def _proved() -> dict[str, Any]:
    key, _, passkey = _made()
    return key.get(PARTY.ask(CHALLENGE, [passkey.credential]))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://services.example.gov", "services.example.gov"),
        ("https://services.example.gov:8443/window", "services.example.gov"),
        ("http://localhost:8080", "localhost"),
        ("http://127.0.0.1:8080", ""),
        ("http://[::1]:8080", ""),
    ],
)
def test_passkeys_belong_to_a_name(address: str, host: str) -> None:
    party = RelyingParty.at(address)

    assert party.id == host
    if not host:
        with pytest.raises(NoPasskeys, match="numeric"):
            party.ask(CHALLENGE, [])


def test_a_count_that_goes_back_is_a_copy() -> None:
    _, _, passkey = _made()
    proved = _proved()
    count = PARTY.count_of(CHALLENGE, proved, passkey.public_key, 0)

    with pytest.raises(WrongProof):
        PARTY.count_of(CHALLENGE, proved, passkey.public_key, count)


def test_another_challenge_or_another_site_proves_nothing() -> None:
    _, shown, passkey = _made()
    elsewhere = RelyingParty.at("https://services.example.com")

    for party, challenge in ((PARTY, b"d" * 32), (elsewhere, CHALLENGE)):
        with pytest.raises(WrongProof):
            party.new(challenge, shown)
        with pytest.raises(WrongProof):
            party.count_of(challenge, _proved(), passkey.public_key, 0)


@given(
    st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]), st.integers(0, 2_000), st.integers(1, 255)
)
def test_a_proof_with_one_byte_changed_is_none(part: str, place: int, change: int) -> None:
    _, _, passkey = _made()
    forged = copy.deepcopy(_proved())
    content = bytearray(base64url_to_bytes(forged["response"][part]))
    content[place % len(content)] ^= change
    forged["response"][part] = bytes_to_base64url(bytes(content))

    with pytest.raises(WrongProof):
        PARTY.count_of(CHALLENGE, forged, passkey.public_key, 0)


@given(
    st.sampled_from(["clientDataJSON", "attestationObject"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=20), st.binary(max_size=300).map(bytes_to_base64url)),
)
def test_whatever_a_browser_sends_for_a_new_passkey_is_refused_by_name(part: str, said: Any) -> None:
    _, shown, _ = _made()
    forged = {**shown, "response": {**shown["response"], part: said}}

    with pytest.raises(WrongProof):
        PARTY.new(CHALLENGE, forged)
