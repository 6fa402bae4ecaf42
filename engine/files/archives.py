"""Looks into a ZIP archive without trusting it: what is in it, and whether it is made to do harm.

What an archive says about itself may be a lie, so each member is unfolded once, in small pieces and never kept, until
it is clear that it keeps within the bounds (CWE-409). Encrypted members, paths out of the archive and members that lie
over one another are refused too.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

_PIECE: Final = 64 * 1024
_LOCAL_HEADER: Final = 30
_RATIO_FROM: Final = 1_000_000
"""Small members may well shrink to little; from so many bytes on the ratio counts."""


@dataclass(frozen=True, slots=True)
class ArchiveBounds:
    """How much an archive may hold."""

    members: int = 2_000
    unfolded_bytes: int = 200_000_000
    ratio: int = 150
    """Unfolded bytes for each packed one."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was found."""

    members: frozenset[str] = field(default_factory=frozenset)
    mimetype: str = ""
    """What its first member `mimetype` says (ODF 1.3 part 2, 3.3; ETSI EN 319 162-1)."""
    danger: str | None = None
    """Why it is not taken; None when nothing stands against it."""


def read_archive(content: BinaryIO, bounds: ArchiveBounds = ArchiveBounds()) -> Archive | None:
    """What an archive holds; None when it cannot be read as one."""
    size = content.seek(0, 2)
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            listed = archive.infolist()
            names = frozenset(one.filename for one in listed)
            danger = _danger_of_list(listed, size, bounds) or _danger_inside(content, listed, size, bounds)
            mimetype = ""
            if danger is None and listed and listed[0].filename == "mimetype" and listed[0].file_size < 200:
                mimetype = archive.read(listed[0]).decode("ascii", "replace").strip()
            return Archive(names, mimetype, danger)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError, RuntimeError):
        return None


def _danger_of_list(listed: list[zipfile.ZipInfo], size: int, bounds: ArchiveBounds) -> str | None:
    if len(listed) > bounds.members:
        return f"The archive has {len(listed):,} members; at most {bounds.members:,} are taken."
    if sum(one.compress_size + _LOCAL_HEADER for one in listed) > size:
        return "Members of the archive lie over one another."
    for one in listed:
        parts = one.filename.replace("\\", "/").split("/")
        if one.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in one.orig_filename:
            return "A member of the archive has a path that leads out of it."
        if one.flag_bits & 0x1:
            return "A member of the archive is encrypted."
        if one.file_size > _RATIO_FROM and one.file_size > bounds.ratio * max(one.compress_size, 1):
            return "The archive unfolds to far more than it weighs."
    if sum(one.file_size for one in listed) > bounds.unfolded_bytes:
        return f"The archive unfolds to more than {bounds.unfolded_bytes:,} bytes."
    if len({one.filename for one in listed}) < len(listed):
        return "A name stands twice in the archive."
    return None


def _danger_inside(content: BinaryIO, listed: list[zipfile.ZipInfo], size: int, bounds: ArchiveBounds) -> str | None:
    left = bounds.unfolded_bytes
    for one in listed:
        found = 0
        for length in _unfolded(content, one, size):
            found += length
            if found > one.file_size or found > left:
                return "A member of the archive unfolds to more than it says."
        if found != one.file_size:
            return "A member of the archive is damaged."
        left -= found
    return None


def _unfolded(content: BinaryIO, one: zipfile.ZipInfo, size: int) -> Iterator[int]:
    """The lengths of the pieces that a member unfolds to. Raises zlib.error, NotImplementedError."""
    content.seek(one.header_offset)
    local = content.read(_LOCAL_HEADER)
    if len(local) < _LOCAL_HEADER or local[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    start = one.header_offset + _LOCAL_HEADER + int.from_bytes(local[26:28], "little")
    start += int.from_bytes(local[28:30], "little")
    if start + one.compress_size > size:
        raise zipfile.BadZipFile("cut off")
    if one.compress_type == zipfile.ZIP_STORED:
        yield one.compress_size
        return
    if one.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError("only stored and deflated members are read")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    content.seek(start)
    left = one.compress_size
    while left > 0:
        packed = content.read(min(_PIECE, left))
        if not packed:
            raise EOFError
        left -= len(packed)
        while packed:
            yield len(unpacker.decompress(packed, _PIECE))
            packed = unpacker.unconsumed_tail
    yield len(unpacker.flush(_PIECE))
