"""What a file is, is told by its content; what lies, or is made to do harm, is not taken."""

from __future__ import annotations

import io

import pytest

from engine.files.kinds import KINDS, FileDangerous, KindRefused, kind_of
from tests.builders import a_file


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        pytest.param(a_file.PDF, "note.pdf", "pdf", id="pdf"),
        pytest.param(a_file.a_png(), "photo.PNG", "png", id="png"),
        pytest.param(a_file.a_jpeg(), "photo.jpg", "jpeg", id="jpeg"),
        pytest.param(a_file.a_docx(), "letter.docx", "docx", id="docx"),
        pytest.param(a_file.an_odt(), "letter.odt", "odt", id="odt"),
        pytest.param(a_file.an_asice(), "signed.asice", "asice", id="asice"),
        pytest.param(b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80", "signed.p7s", "p7s", id="p7s"),
        pytest.param(b"-----BEGIN PKCS7-----\nAAAA\n", "signed.p7s", "p7s", id="p7s-as-text"),
        pytest.param("Ərizə, Заявление\r\n".encode(), "note.txt", "txt", id="text"),
        pytest.param("\ufeffad;soyad\n".encode(), "rows.csv", "csv", id="csv-with-a-mark"),
        pytest.param(b'<?xml version="1.0"?><a/>', "data.xml", "xml", id="xml"),
        pytest.param(("ə" * 200_000).encode(), "long.txt", "txt", id="letters-cut-by-a-piece"),
    ],
)
def test_the_kind_is_told_by_the_content(content: bytes, name: str, kind: str) -> None:
    assert kind_of(io.BytesIO(content), name) is KINDS[kind]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(a_file.a_png(), "photo.pdf", id="picture-named-pdf"),
        pytest.param(a_file.PDF, "note.exe", id="pdf-named-program"),
        pytest.param(a_file.PDF, "note", id="no-ending"),
        pytest.param(b"MZ\x90\x00" + bytes(200), "note.pdf", id="program-named-pdf"),
        pytest.param(b"\x7fELF" + bytes(200), "note.txt", id="program-named-text"),
        pytest.param(b"<html><script>alert(1)</script></html>", "page.xml", id="page-named-xml"),
        pytest.param(b'<?xml version="1.0"?><svg onload="x()"/>', "drawing.xml", id="drawing-named-xml"),
        pytest.param(b"%PDF-1.7 cut off", "note.pdf", id="pdf-without-an-end"),
        pytest.param(a_file.a_zip({"a.txt": "a"}), "letter.docx", id="archive-named-docx"),
        pytest.param(b"\xff\xfeE\x00", "note.txt", id="not-utf-8"),
        pytest.param(b"\xff\xd8\xff\xe0", "photo.jpg", id="jpeg-without-a-frame"),
        pytest.param(b"", "note.txt", id="empty"),
    ],
)
def test_what_lies_about_its_kind_is_refused_with_what_to_send(content: bytes, name: str) -> None:
    with pytest.raises(KindRefused) as caught:
        kind_of(io.BytesIO(content), name)

    assert caught.value.remedy


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(a_file.a_bomb(), "letter.docx", "unfolds", id="bomb"),
        pytest.param(a_file.a_lying_archive(), "letter.docx", "more than it says", id="directory-lies"),
        pytest.param(a_file.a_zip({"../../etc/passwd": "x"}), "a.docx", "leads out", id="path-out"),
        pytest.param(a_file.a_zip({"/etc/passwd": "x"}), "a.docx", "leads out", id="absolute-path"),
        pytest.param(a_file.a_zip({f"m{n}": "" for n in range(2_001)}), "a.docx", "members", id="many-members"),
        pytest.param(a_file.a_png(60_000, 60_000), "a.png", "pixels", id="picture-bomb"),
        pytest.param(a_file.a_jpeg(65_000, 65_000), "a.jpg", "pixels", id="jpeg-bomb"),
        pytest.param(a_file.a_png(0, 5), "a.png", "pixels", id="picture-without-a-side"),
        pytest.param(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "a.xml", "entities", id="entities"),
        pytest.param(a_file.a_zip({"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "x"}),
                     "a.docx", "macros", id="macros"),
    ],
)  # fmt: skip
def test_what_is_made_to_do_harm_is_refused(content: bytes, name: str, said: str) -> None:
    with pytest.raises(FileDangerous) as caught:
        kind_of(io.BytesIO(content), name)

    assert said in caught.value.message


def test_a_kind_that_is_not_allowed_here_is_refused() -> None:
    with pytest.raises(KindRefused):
        kind_of(io.BytesIO(a_file.an_odt()), "letter.odt", {"pdf"})
