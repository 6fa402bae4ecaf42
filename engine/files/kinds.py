"""What a file is, told by its content and never by its name; what is not in the table is not taken in.

A name only counts against a file: one whose ending belongs to another kind lies, and is refused. Bounds keep out what
unfolds to far more than it weighs: archives (CWE-409) and pictures. Formats: ISO 32000, PNG (W3C), ITU T.81, APPNOTE of
ZIP, ECMA-376, ODF 1.3 part 2, ASiC (ETSI EN 319 162), CMS (RFC 5652).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from engine.errors import Invalid
from engine.files.archives import Archive, ArchiveBounds, read_archive
from engine.files.names import ending_of


class KindRefused(Invalid):
    """The content is of no kind that is taken here, or not of the kind its name says."""

    code = "kind-refused"


class FileDangerous(Invalid):
    """The content is of a known kind, and made to do harm or damaged."""

    code = "file-dangerous"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that may be taken in."""

    name: str
    """As settings and forms call it: `pdf`."""
    media_type: str
    endings: tuple[str, ...]


_ALL: Final = (
    FileKind("pdf", "application/pdf", (".pdf",)),
    FileKind("png", "image/png", (".png",)),
    FileKind("jpeg", "image/jpeg", (".jpg", ".jpeg")),
    FileKind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
    FileKind("odt", "application/vnd.oasis.opendocument.text", (".odt",)),
    FileKind("asice", "application/vnd.etsi.asic-e+zip", (".asice", ".sce", ".edoc")),
    FileKind("p7s", "application/pkcs7-signature", (".p7s", ".p7m")),
    FileKind("xml", "application/xml", (".xml",)),
    FileKind("csv", "text/csv", (".csv",)),
    FileKind("txt", "text/plain", (".txt",)),
)
KINDS: Final = {kind.name: kind for kind in _ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindBounds:
    """How much a file may unfold to."""

    pixels: int = 50_000_000
    side: int = 20_000
    """Of a picture, in pixels."""
    archive: ArchiveBounds = field(default_factory=ArchiveBounds)


_HEAD: Final = 64 * 1024
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_PEM: Final = re.compile(rb"\s*-----BEGIN (PKCS7|CMS)-----")
_BAD_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_XML: Final = re.compile(r"\s*(<\?xml\s|<!--|<[A-Za-z_])")
_DECLARES: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ACTIVE_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?(html|svg|script|stylesheet|transform)\b", re.IGNORECASE)


def kind_of(
    content: BinaryIO, name: str, allowed: Collection[str] = KINDS, bounds: KindBounds = KindBounds()
) -> FileKind:
    """The kind of a file. Raises KindRefused, FileDangerous.

    `name` decides between kinds that are all plain text, and must not belong to another kind.
    """
    content.seek(0)
    head = content.read(_HEAD)
    kind = _found(content, head, ending_of(name), bounds)
    if kind is None:
        raise KindRefused(
            f"The content is of no kind that is taken here{'' if head else ': it is empty'}.",
            remedy=f"Send one of: {', '.join(sorted(allowed))}.",
        )
    if kind.name not in allowed:
        raise KindRefused(f"Files of kind {kind.name} are not taken.", remedy=f"Send {_or(allowed)}.", kind=kind.name)
    if ending_of(name) not in kind.endings:
        raise KindRefused(
            f"The name ends in {ending_of(name) or 'nothing'!r:.20}, but the content is {kind.name}.",
            remedy=f"Send it under a name that ends in {_or(kind.endings)}.",
            kind=kind.name,
        )
    return kind


def _found(content: BinaryIO, head: bytes, ending: str, bounds: KindBounds) -> FileKind | None:
    if b"%PDF-" in head[:1024]:
        return KINDS["pdf"] if _ends_as_pdf(content) else None
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(head, bounds)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(content, bounds)
    if head.startswith(b"PK\x03\x04"):
        return _of_archive(read_archive(content, bounds.archive))
    if _is_signature(head):
        return KINDS["p7s"]
    return _text(content, ending)


def _ends_as_pdf(content: BinaryIO) -> bool:
    size = content.seek(0, 2)
    content.seek(max(0, size - 2048))
    return b"%%EOF" in content.read()


def _png(head: bytes, bounds: KindBounds) -> FileKind | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    width, height = struct.unpack("!II", head[16:24])
    _check_picture(width, height, bounds)
    return KINDS["png"]


def _jpeg(content: BinaryIO, bounds: KindBounds) -> FileKind | None:
    """The size stands in the first frame header, behind segments that say their lengths (T.81, B.1.1.4)."""
    content.seek(2)
    for _ in range(2_000):
        marker = content.read(2)
        while marker[:1] == b"\xff" and marker[1:] == b"\xff":
            marker = b"\xff" + content.read(1)
        length = content.read(2)
        if len(marker) < 2 or marker[0] != 0xFF or len(length) < 2:
            return None
        if marker[1] in range(0xC0, 0xD0) and marker[1] not in (0xC4, 0xC8, 0xCC):
            frame = content.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack("!HH", frame[1:])
            _check_picture(width, height, bounds)
            return KINDS["jpeg"]
        content.seek(max(struct.unpack("!H", length)[0] - 2, 0), 1)
    return None


def _check_picture(width: int, height: int, bounds: KindBounds) -> None:
    if not (0 < width <= bounds.side and 0 < height <= bounds.side and width * height <= bounds.pixels):
        raise FileDangerous(
            f"Expected a picture of at most {bounds.pixels:,} pixels, found {width} x {height}.",
            remedy="Scan it with a lower resolution.",
        )


def _of_archive(archive: Archive | None) -> FileKind | None:
    if archive is None:
        return None
    if archive.danger is not None:
        raise FileDangerous(archive.danger, remedy="Save the document again, or as PDF, and send that.")
    for name in ("odt", "asice"):
        if archive.mimetype == KINDS[name].media_type:
            return KINDS[name]
    if {"[Content_Types].xml", "word/document.xml"} <= archive.members:
        if any(member.lower().endswith("vbaproject.bin") for member in archive.members):
            raise FileDangerous("The document holds macros.", remedy="Save it without macros, or as PDF.")
        return KINDS["docx"]
    return None


def _is_signature(head: bytes) -> bool:
    return (head[:1] == b"\x30" and _SIGNED_DATA in head[:32]) or _PEM.match(head) is not None


def _text(content: BinaryIO, ending: str) -> FileKind | None:
    content.seek(0)
    is_first, start, rest = True, "", b""
    declares = False
    while piece := content.read(_HEAD):
        if _BAD_CONTROLS.search(piece):
            return None
        whole = rest + piece
        declares = declares or _DECLARES.search(whole) is not None
        try:
            text = whole.decode("utf-8-sig" if is_first else "utf-8")
            rest = b""
        except UnicodeDecodeError as cut:
            if cut.start < len(whole) - 3:
                return None
            text, rest = whole[: cut.start].decode("utf-8-sig" if is_first else "utf-8"), whole[cut.start :]
        if is_first:
            start, is_first = text, False
    if rest or is_first:
        return None
    if _XML.match(start):
        return _xml(start, declares=declares, ending=ending)
    return KINDS["csv" if ending == ".csv" else "txt"]


def _xml(start: str, *, declares: bool, ending: str) -> FileKind | None:
    if _ACTIVE_ROOT.search(start[:4096]):
        return None
    if declares:
        raise FileDangerous("The XML declares entities.", remedy="Send it without a DOCTYPE.")
    # A plain text may begin with a word in angle brackets; nothing reads it as XML then.
    is_plain = ending in (".txt", ".csv") and not start.lstrip().startswith("<?xml")
    return KINDS[ending.removeprefix(".")] if is_plain else KINDS["xml"]


def _or(words: Collection[str]) -> str:
    return " or ".join(sorted(words)) or "nothing"
