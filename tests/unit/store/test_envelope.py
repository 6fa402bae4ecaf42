"""An encrypted value opens at its own place, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.encryption import envelope
from engine.store.encryption.envelope import NotAuthentic, as_text, cipher_of, decrypt, encrypt, from_text, owner_of
from engine.store.encryption.master import MasterKeyMissing, MasterKeys, MasterKeyTooShort, MasterKeyWrong

CIPHER = cipher_of(bytes(range(32)))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=40)
PLACE, ROW, OWNER = "account.name", "01m8qvscqcdbbbh48g33r81dqn", "p01m8qvscqcdbbbh48g33r81dqn"


@given(st.binary(max_size=300), WORDS, WORDS, st.text("pcs0123456789abcdef", max_size=32))
def test_whatever_was_encrypted_comes_back(clear: bytes, place: str, row: str, owner: str) -> None:
    kept = encrypt(CIPHER, place, row, owner, clear)

    assert decrypt(CIPHER, place, row, kept) == clear
    assert from_text(as_text(kept), place) == kept
    assert owner_of(kept) == owner


def test_the_same_text_is_never_kept_the_same_twice() -> None:
    assert encrypt(CIPHER, PLACE, ROW, OWNER, b"Aysel") != encrypt(CIPHER, PLACE, ROW, OWNER, b"Aysel")


@pytest.mark.parametrize(("place", "row"), [("account.pin", ROW), (PLACE, "another"), ("", ROW)])
def test_a_value_that_was_moved_does_not_open(place: str, row: str) -> None:
    kept = encrypt(CIPHER, PLACE, ROW, OWNER, b"Aysel")

    with pytest.raises(NotAuthentic):
        decrypt(CIPHER, place, row, kept)


def test_a_value_does_not_open_in_the_name_of_somebody_else() -> None:
    kept = encrypt(CIPHER, PLACE, ROW, "pa", b"Aysel")

    with pytest.raises(NotAuthentic):
        decrypt(CIPHER, PLACE, ROW, kept.replace(b"\x02pa", b"\x02pb", 1))


def test_a_value_does_not_open_when_any_byte_was_changed() -> None:
    kept = encrypt(CIPHER, PLACE, ROW, OWNER, b"Aysel")

    for place in range(len(envelope.PREFIX), len(kept)):
        changed = bytearray(kept)
        changed[place] ^= 1
        with pytest.raises(NotAuthentic):
            decrypt(CIPHER, PLACE, ROW, bytes(changed))


@pytest.mark.parametrize("kept", ["ow1:", "ow1:!", "ow1:A", "ow1:/w=="])
def test_what_is_no_envelope_is_not_authentic(kept: str) -> None:
    with pytest.raises(NotAuthentic):
        decrypt(CIPHER, PLACE, ROW, from_text(kept, PLACE))


TEXT = "a text that nobody guesses, with many letters"


def test_a_key_is_wrapped_with_the_current_master_key_and_unwrapped_with_the_one_it_names() -> None:
    before = MasterKeys.of({"master-key-1": TEXT}, "master-key-1")
    both = MasterKeys.of({"master-key-1": TEXT, "master-key-2": TEXT[::-1]}, "master-key-2")
    wrapped = before.wrap("pa", bytes(32))

    assert both.unwrap("pa", wrapped) == bytes(32)
    again = both.wrap("pa", both.unwrap("pa", wrapped))
    with pytest.raises(MasterKeyMissing, match=r"master-key-2.*ONEWINDOW_SECRET_MASTER_KEY_2"):
        before.unwrap("pa", again)


def test_another_text_of_the_same_name_is_told() -> None:
    wrapped = MasterKeys.of({"master-key": TEXT}, "master-key").wrap("pa", bytes(32))

    with pytest.raises(MasterKeyWrong, match="master-key is not the one"):
        MasterKeys.of({"master-key": TEXT + "."}, "master-key").unwrap("pa", wrapped)


def test_a_wrapped_key_is_of_its_owner_alone() -> None:
    keys = MasterKeys.of({"master-key": TEXT}, "master-key")

    with pytest.raises(MasterKeyWrong):
        keys.unwrap("pb", keys.wrap("pa", bytes(32)))


def test_a_master_key_that_can_be_guessed_is_refused_and_never_shown() -> None:
    with pytest.raises(MasterKeyTooShort) as refused:
        MasterKeys.of({"master-key": "too short"}, "master-key")

    assert "too short" not in str(refused.value)
    assert TEXT not in repr(MasterKeys.of({"master-key": TEXT}, "master-key"))
