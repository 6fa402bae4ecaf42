"""Which passwords may be taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.password_rules import GuessablePassword, PasswordRules, WeakPassword

RULES = PasswordRules(words=frozenset({"onewindow", "traffic police", "Bakı"}))
OWN = ("leyla", "Leyla Əliyeva")


@pytest.mark.parametrize(
    "password",
    ["onewindow2026", "OneWindow-2026!", "Traffic-Police-1", "leylaleyla12", "Əliyeva.Leyla.1990", "bakı-bakı-bakı-1"],
)
def test_a_password_of_words_that_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(GuessablePassword) as caught:
        RULES.check(password, OWN)
    assert caught.value.places[0].path == "/password"
    assert "Leave out your name" in caught.value.remedy
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["seven ships in the harbour", "leyla keeps bees at home", "ana dili, dost eli"])
def test_other_words_beside_them_make_it_good(password: str) -> None:
    RULES.check(password, OWN)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 201])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(WeakPassword, match="12 to 200"):
        RULES.check(password)


@given(st.text(min_size=12, max_size=40), st.lists(st.text(max_size=12), max_size=4))
def test_more_words_never_let_a_password_in(password: str, words: list[str]) -> None:
    def is_taken(rules: PasswordRules) -> bool:
        try:
            rules.check(password)
        except WeakPassword:
            return False
        return True

    assert is_taken(PasswordRules()) or not is_taken(PasswordRules(words=frozenset({"onewindow", *words})))
