"""Keys are read when they are needed, kept for a while, and gone when they were destroyed."""

from __future__ import annotations

import pytest

from engine.store.encryption.keyring import DESTROYED, KeyDestroyed, Keyring, KeyUnknown
from engine.store.encryption.master import MasterKeys, NoMasterKey
from engine.store.encryption.owners import INSTALLATION, case, person

MASTERS = MasterKeys.of({"master-key": "a master key of the tests, of no worth"}, "master-key")
AYSEL, RAUF = person("aysel"), person("rauf")


class Table:
    """Wrapped keys, and who asked for them."""

    def __init__(self) -> None:
        self.kept = {owner: MASTERS.wrap(owner, bytes([number]) * 32) for number, owner in enumerate((AYSEL, RAUF))}
        self.kept[INSTALLATION] = MASTERS.wrap(INSTALLATION, b"s" * 32)
        self.asked: list[str] = []
        self.now = 0.0

    def load(self, owner: str) -> bytes | None:
        self.asked.append(owner)
        return self.kept.get(owner)

    def keyring(self, masters: MasterKeys | None = MASTERS, **bounds: int) -> Keyring:
        return Keyring(masters, self.load, seconds=lambda: self.now, **bounds)


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_key_is_read_once_and_again_after_its_life(table: Table) -> None:
    keys = table.keyring()
    kept = [keys.encrypt("t.c", str(number), AYSEL, b"x") for number in range(3)]
    table.now = 299
    keys.decrypt("t.c", "0", kept[0])
    assert table.asked == [AYSEL]

    table.now = 301
    assert keys.decrypt("t.c", "1", kept[1]) == b"x"
    assert table.asked == [AYSEL, AYSEL]


def test_no_more_keys_are_kept_than_was_said(table: Table) -> None:
    keys = table.keyring(most=1)
    for owner in (AYSEL, RAUF, AYSEL):
        keys.encrypt("t.c", "0", owner, b"x")

    assert table.asked == [AYSEL, RAUF, AYSEL]


def test_a_key_that_came_with_a_row_is_not_asked_for(table: Table) -> None:
    wrapped = table.keyring().make_under(AYSEL, case("1"))
    other = table.keyring()
    other.note(case("1"), wrapped)
    table.asked.clear()

    other.encrypt("t.c", "0", case("1"), b"x")

    assert table.asked == [AYSEL]


def test_what_a_destroyed_key_encrypted_says_nothing_and_nothing_is_added_to_it(table: Table) -> None:
    keys = table.keyring()
    kept = keys.encrypt("t.c", "0", AYSEL, b"x")
    table.kept[AYSEL] = DESTROYED
    keys.forget(AYSEL)

    assert keys.decrypt("t.c", "0", kept) is None
    with pytest.raises(KeyDestroyed):
        keys.encrypt("t.c", "0", AYSEL, b"x")


def test_the_cases_of_a_person_go_with_her_key(table: Table) -> None:
    keys = table.keyring()
    wrapped = keys.make_under(AYSEL, case("1"))
    kept = keys.encrypt("t.c", "0", case("1"), b"x")
    table.kept |= {AYSEL: DESTROYED, case("1"): wrapped}

    assert table.keyring().decrypt("t.c", "0", kept) is None


def test_who_has_no_account_is_served_by_the_key_of_the_installation(table: Table) -> None:
    kept = table.keyring().encrypt("t.c", "0", person("nobody"), b"x")
    del table.kept[AYSEL]

    assert table.keyring().decrypt("t.c", "0", kept) == b"x"


def test_a_key_that_is_lost_is_told_and_not_taken_for_a_destroyed_one(table: Table) -> None:
    kept = table.keyring().encrypt("t.c", "0", AYSEL, b"x")
    del table.kept[AYSEL]

    with pytest.raises(KeyUnknown, match="data_key"):
        table.keyring().decrypt("t.c", "0", kept)


def test_without_a_master_key_nothing_is_read_or_written(table: Table) -> None:
    kept = table.keyring().encrypt("t.c", "0", AYSEL, b"x")

    for act in (lambda: table.keyring(None).decrypt("t.c", "0", kept), lambda: table.keyring(None).make(AYSEL)):
        with pytest.raises(NoMasterKey, match="ONEWINDOW_SECRET_MASTER_KEY_FILE"):
            act()


def test_a_blind_index_is_the_same_for_the_same_text_of_one_column(table: Table) -> None:
    one, other = table.keyring(), table.keyring()

    assert one.blind("account.pin", "5FQ2K7M") == other.blind("account.pin", "5FQ2K7M")
    assert len({one.blind(place, text) for place in ("a.b", "c.d") for text in ("1", "2")}) == 4
    assert "5FQ2K7M" not in one.blind("account.pin", "5FQ2K7M")
