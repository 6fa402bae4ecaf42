"""Names of files that strangers sent, made safe to show, to keep and to offer for download. Pure.

A name is a label, never a path: nothing is ever opened by it. Folders, control characters, marks that turn the reading
direction (`exe.gpj` shown as `jpg.exe`), and what Windows takes for a device are taken out (CWE-22, CWE-451).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST_BYTES: Final = 200
"""Of a name, in UTF-8; most file systems take 255."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def clean_name(sent: str, *, instead: str = "file") -> str:
    """The name without what could deceive or harm; `instead` when nothing is left."""
    text = unicodedata.normalize("NFC", sent[:2_000]).replace("\\", "/").rpartition("/")[2]
    text = "".join(" " if unicodedata.category(one) == "Zs" else one for one in text if not _is_unseen(one))
    text = _FORBIDDEN.sub("_", text).strip(" .")
    text = re.sub(" +", " ", text)
    stem, dot, ending = text.rpartition(".")
    if not dot:
        stem, ending = text, ""
    room = LONGEST_BYTES - len((dot + ending).encode())
    if room < 1:
        stem, dot, ending, room = text, "", "", LONGEST_BYTES
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    name = stem + dot + ending
    if not stem or _DEVICES.fullmatch(name):
        return f"{instead}{dot}{ending}" if ending else instead
    return name


def ending_of(name: str) -> str:
    """The ending of a name in small letters, with its dot; empty when there is none."""
    _, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot else ""


def disposition(name: str) -> str:
    """The header that offers a file for download under its name (RFC 6266, RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip() or "file"
    if plain.startswith("."):
        plain = f"file{plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_unseen(one: str) -> bool:
    return unicodedata.category(one) in _UNSEEN
