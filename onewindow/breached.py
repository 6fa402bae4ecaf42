"""A list of stolen passwords in a file, asked offline when a password is set.

Two forms are read, told apart by the first line. Lines of hexadecimal digits, sorted, are beginnings of SHA-1 hashes
(16 to 40 digits, a count behind a colon is passed over): that is how the large lists are given away, and a file of any
size is searched where it lies. All else is a plain list, a password a line, which is read whole and must be small.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import Invalid

_DIGITS: Final = re.compile(rb"[0-9A-Fa-f]{16,40}(:[0-9]{1,12})?\r?")
_MOST_BYTES_OF_PLAIN: Final = 50_000_000
_LONGEST_LINE: Final = 1_000


class UnreadableList(Invalid):
    """The list of stolen passwords cannot be used."""

    code = "breached-passwords-unreadable"


@dataclass(frozen=True, slots=True)
class PlainList:
    """A list of few passwords, each as its SHA-1 hash, so that none lies about in memory."""

    hashes: frozenset[bytes]

    def __contains__(self, password: str) -> bool:
        return _sha1(password) in self.hashes


@dataclass(frozen=True, slots=True)
class SortedHashes:
    """A sorted file of hashes, searched by halves; opened at each question, so that it can be replaced."""

    path: Path

    def __contains__(self, password: str) -> bool:
        wanted = _sha1(password).hex().upper().encode()
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            low, high = 0, len(content)
            while low < high:
                middle = (low + high) // 2
                start = content.rfind(b"\n", low, middle) + 1 or low
                found = content.find(b"\n", middle)
                end = len(content) if found < 0 else found
                line = content[start : min(end, start + _LONGEST_LINE)].partition(b":")[0].strip().upper()
                if line and wanted.startswith(line):
                    return True
                if line < wanted:
                    low = end + 1
                else:
                    high = start
        return False


def read_list(path: Path) -> PlainList | SortedHashes:
    """The list in a file. Raises UnreadableList."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
            if _DIGITS.fullmatch(first.rstrip(b"\n")):
                _check_order(path)
                return SortedHashes(path)
            size = path.stat().st_size
            if size > _MOST_BYTES_OF_PLAIN:
                raise UnreadableList(
                    f"A plain list of passwords may have {_MOST_BYTES_OF_PLAIN:,} bytes, this one has {size:,}.",
                    remedy="Give a sorted file of SHA-1 hashes instead.",
                )
            rest = first + file.read()
    except OSError as failed:
        raise UnreadableList(
            f"The list of stolen passwords cannot be read: {failed.strerror}.",
            remedy="Check the path and the rights of the file of ONEWINDOW_BREACHED_PASSWORDS.",
        ) from failed
    lines = (line.rstrip(b"\r") for line in rest.split(b"\n"))
    hashes = frozenset(hashlib.sha1(line, usedforsecurity=False).digest() for line in lines if line)
    if not hashes:
        raise UnreadableList("The list of stolen passwords is empty.", remedy="Write one password a line.")
    return PlainList(hashes)


def _check_order(path: Path) -> None:
    """A sample of lines must be sorted: in a file sorted by how often a password was stolen nothing would be found."""
    last = b""
    with path.open("rb") as file:
        for _ in range(1_000):
            line = file.readline(_LONGEST_LINE).strip().upper()
            if line and line < last:
                raise UnreadableList(
                    "The file of stolen passwords is not sorted by hash.", remedy="Take the list ordered by hash."
                )
            last = line or last


def _sha1(password: str) -> bytes:
    # not to keep anything: it is how such lists are written
    return hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
