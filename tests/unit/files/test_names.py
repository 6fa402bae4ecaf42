"""Names of files are labels: paths, marks that deceive, and what systems take for devices are taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files.names import LONGEST_BYTES, clean_name, disposition


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("../../etc/passwd", "passwd", id="path"),
        pytest.param("C:\\Users\\me\\note.pdf", "note.pdf", id="path-of-windows"),
        pytest.param("exe\u202efdp.note", "exefdp.note", id="turns-the-reading-direction"),
        pytest.param("no\u200bte\u2066.pdf", "note.pdf", id="unseen-marks"),
        pytest.param("a\x00b\nc.pdf", "abc.pdf", id="control-characters"),
        pytest.param("CON.txt", "file.txt", id="device"),
        pytest.param('a<b>:"|?*.pdf', "a_b______.pdf", id="forbidden-letters"),
        pytest.param("  .. ", "file", id="nothing-left"),
        pytest.param("arayış əlavəsi.pdf", "arayış əlavəsi.pdf", id="letters-of-people-stay"),
        pytest.param("и\u0306.txt", "й.txt", id="one-spelling"),
    ],
)
def test_a_name_keeps_what_people_need_and_nothing_more(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@given(st.text(max_size=400))
def test_whatever_is_sent_becomes_a_short_name_that_cleans_to_itself(sent: str) -> None:
    kept = clean_name(sent)

    assert 0 < len(kept.encode()) <= LONGEST_BYTES
    assert not set(kept) & set('/\\\x00\r\n"')
    assert clean_name(kept) == kept
    assert disposition(kept).isascii()
    assert disposition(kept).count("\n") == 0
