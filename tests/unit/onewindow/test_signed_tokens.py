"""Signatures of tokens: whatever is changed in one, it is not believed any more; nor are keys that do not fit."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import Key

from onewindow.federation.calls import fitting
from onewindow.federation.signed import BadToken, issuer_of, verified
from tests.builders.an_issuer import a_key, signed

ALLOWED = ("RS256", "ES256")
CLAIMS = {"iss": "https://login.example", "sub": "someone", "scope": "tasks"}


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys that are at hand."""

    keys: tuple[Key, ...]

    def find(self, kid: str | None, algorithm: str) -> Key | None:
        """As a provider's keys are found."""
        return fitting(self.keys, kid, algorithm)


KEYS = KeySet((a_key("one"), a_key("curve", "EC")))


def token(kid: str = "one", **header: Any) -> str:
    """A token that holds."""
    return signed(dict(CLAIMS), a_key(kid, "EC" if kid == "curve" else "RSA"), **header)


@pytest.mark.parametrize("kid", ["one", "curve"])
def test_a_token_by_a_key_at_hand_is_believed(kid: str) -> None:
    assert verified(token(kid), KEYS, ALLOWED).claims == CLAIMS


@given(st.data())
def test_a_token_with_a_letter_changed_is_not_believed(data: st.DataObject) -> None:
    whole = token("curve")
    at = data.draw(st.integers(0, len(whole) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_."))
    # The last letters of a part may stand for the same bytes: base64url has spare bits there.
    ends = {index + offset for index in (*dots(whole), len(whole)) for offset in (-1, -2)}
    if letter == whole[at] or at in ends:
        return

    with pytest.raises(BadToken):
        verified(whole[:at] + letter + whole[at + 1 :], KEYS, ALLOWED)


@given(st.text(max_size=200) | st.lists(st.text("AZaz09-_=", max_size=60), max_size=5).map(".".join))
def test_any_text_is_believed_never_and_breaks_nothing(text: str) -> None:
    for read in (lambda: verified(text, KEYS, ALLOWED), lambda: issuer_of(text, 8_000)):
        with pytest.raises(BadToken):
            read()


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=4), max_size=2),
    )
)
def test_any_header_over_a_foreign_signature_is_refused(header: dict[str, Any]) -> None:
    first = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()

    with pytest.raises(BadToken):
        verified(f"{first}.{token().split('.', 1)[1]}", KEYS, ALLOWED)


def test_an_algorithm_that_is_not_allowed_is_refused_though_the_key_fits() -> None:
    with pytest.raises(BadToken, match="expected one of ES256"):
        verified(token(), KEYS, ("ES256",))


@pytest.mark.parametrize(
    ("kid", "algorithm", "found"),
    [
        ("one", "RS256", "one"),
        ("one", "PS256", "one"),
        ("one", "ES256", None),
        ("curve", "ES256", "curve"),
        ("curve", "ES384", None),
        ("unknown", "RS256", None),
        (None, "RS256", "one"),
        (None, "ES256", "curve"),
        ("one", "HS256", None),
        ("one", "none", None),
    ],
)
def test_a_key_is_found_by_its_name_and_kind(kid: str | None, algorithm: str, found: str | None) -> None:
    key = fitting(KEYS.keys, kid, algorithm)

    assert (key and key.kid) == found


def test_without_a_name_only_one_key_may_fit() -> None:
    assert fitting((a_key("one"), a_key("two")), None, "RS256") is None


def test_a_token_has_a_length() -> None:
    with pytest.raises(BadToken, match="more than 100"):
        verified(token(), KEYS, ALLOWED, longest=100)


def dots(text: str) -> list[int]:
    """Where the parts end."""
    return [index for index, letter in enumerate(text) if letter == "."]
