"""Builds small files of every kind that is taken, and of kinds that are not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
ASICE_TYPE = "application/vnd.etsi.asic-e+zip"


def a_png(width: int = 10, height: int = 10) -> bytes:
    """A picture that says it has this size."""
    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IEND", b"")


def a_jpeg(width: int = 10, height: int = 10) -> bytes:
    """The same, with an application segment before the frame."""
    frame = struct.pack("!BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + _segment(0xE0, b"JFIF\0") + _segment(0xC0, frame) + b"\xff\xd9"


def a_zip(members: Mapping[str, bytes | str], *, stored_first: bool = False) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(members.items()):
            kind = zipfile.ZIP_STORED if stored_first and number == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def a_docx(**more: bytes) -> bytes:
    """A text document of Word; `more` are further members, `_` standing for `/`."""
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}
    return a_zip(members | {name.replace("_", "/"): content for name, content in more.items()})


def an_odt() -> bytes:
    """A text document of the open format."""
    return a_zip({"mimetype": ODT_TYPE, "content.xml": "<office:document-content/>"}, stored_first=True)


def an_asice() -> bytes:
    """A container of signed files."""
    return a_zip({"mimetype": ASICE_TYPE, "META-INF/manifest.xml": "<manifest/>"}, stored_first=True)


def a_bomb(megabytes: int = 300) -> bytes:
    """A document whose one member unfolds to far more than it weighs."""
    return a_docx(word_bomb=bytes(megabytes * 1_000_000))


def a_lying_archive() -> bytes:
    """An archive whose directory says that its member is short, and it is not."""
    whole = bytearray(a_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": bytes(900_000)}))
    place = whole.rindex(b"PK\x01\x02")
    whole[place + 24 : place + 28] = struct.pack("<I", 1_000)
    return bytes(whole)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack("!H", len(content) + 2) + content
