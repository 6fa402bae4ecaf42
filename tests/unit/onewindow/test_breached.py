"""Lists of stolen passwords: plain, and as sorted hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.breached import UnreadableList, read_list
from onewindow.password_rules import BreachedPassword, PasswordRules
from onewindow.passwords import hash_password

STOLEN = [f"stolen password {number}" for number in range(500)]


def _sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize("length", [40, 16], ids=["whole hashes", "beginnings"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", ":17\n"])
def test_every_password_of_a_sorted_file_is_found_and_no_other(tmp_path: Path, length: int, ending: str) -> None:
    file = tmp_path / "sorted.txt"
    file.write_bytes("".join(sorted(_sha1(one)[:length] + ending for one in STOLEN)).encode())
    known = read_list(file)

    assert [one for one in STOLEN if one not in known] == []
    assert [one for one in (f"fresh password {number}" for number in range(500)) if one in known] == []


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20, unique=True), st.text(max_size=8))
def test_a_sorted_file_answers_as_a_set_does(
    tmp_path_factory: pytest.TempPathFactory, stolen: list[str], asked: str
) -> None:
    file = tmp_path_factory.mktemp("lists") / "sorted.txt"
    hashed = (hashlib.sha1(one.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest() for one in stolen)
    file.write_text("\n".join(sorted(hashed)))

    assert (asked in read_list(file)) is (asked in stolen)


def test_a_plain_list_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "plain.txt"
    file.write_text("correct horse battery\r\nşifrə məxfidir 12\n", encoding="utf-8")
    known = read_list(file)

    assert "şifrə məxfidir 12" in known
    assert "correct horse battery" in known
    assert "correct horse" not in known


def test_a_stolen_password_is_refused_when_it_is_set(tmp_path: Path) -> None:
    file = tmp_path / "plain.txt"
    file.write_text("correct horse battery\n")

    with pytest.raises(BreachedPassword, match="stolen"):
        hash_password("correct horse battery", PasswordRules(breached=read_list(file)))


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), ("\n".join([_sha1("b") + ":9", _sha1("zz") + ":3", "0" * 40]).encode(), "not sorted")],
)
def test_a_list_that_would_find_nothing_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(content)

    with pytest.raises(UnreadableList, match=told):
        read_list(file)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableList, match="cannot be read"):
        read_list(tmp_path / "none.txt")
