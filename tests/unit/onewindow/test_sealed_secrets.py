"""Secrets that are kept sealed under a key by reference."""

from __future__ import annotations

import pytest

from onewindow.sealed_secrets import NoSeal, SealedElsewhere, SealedSecrets, SealTooShort
from onewindow.settings_reader import Secret

OLD, NEW = Secret("o" * 40), Secret("n" * 40)


def test_what_was_sealed_is_opened_and_not_shown_meanwhile() -> None:
    box = SealedSecrets({"seal": NEW}, "seal")

    kept = box.seal("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DP" not in kept
    assert box.open(kept) == "JBSWY3DPEHPK3PXP"


def test_after_a_change_of_the_key_the_former_one_still_opens() -> None:
    kept = SealedSecrets({"seal": OLD}, "seal").seal("secret")

    assert SealedSecrets({"seal": NEW, "seal-former": OLD}, "seal").open(kept) == "secret"
    with pytest.raises(SealedElsewhere, match="another key"):
        SealedSecrets({"seal": NEW}, "seal").open(kept)


def test_two_purposes_do_not_open_each_other_s() -> None:
    known = {"seal": NEW, "other": NEW}

    with pytest.raises(SealedElsewhere):
        SealedSecrets(known, "other").open(SealedSecrets(known, "seal").seal("secret"))


def test_without_a_key_nothing_is_kept_and_a_short_one_is_refused() -> None:
    with pytest.raises(NoSeal, match="no key"):
        SealedSecrets({}, "seal").seal("secret")
    with pytest.raises(SealTooShort, match="ONEWINDOW_SECRET_SEAL"):
        SealedSecrets({"seal": Secret("short")}, "seal")
