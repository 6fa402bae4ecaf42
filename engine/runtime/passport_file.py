"""Reads `service.yaml`: plain YAML, bounded; its meaning is the passport's."""

from __future__ import annotations

from typing import Final

from engine.casework.passport import ServicePassport, read_passport
from engine.diagnostics import Diagnostic, ModelRefused
from engine.plain_yaml import YamlUnreadable, read_yaml

MOST_BYTES: Final = 500_000


def read_passport_file(content: bytes, file: str = "service.yaml") -> ServicePassport:
    """The passport in a file. Raises ModelRefused with every fault."""
    try:
        said, _ = read_yaml(content, MOST_BYTES)
    except YamlUnreadable as fault:
        raise ModelRefused(
            [Diagnostic("passport-unreadable", fault.message, fault.remedy, line=fault.line, file=file)]
        ) from fault
    return read_passport(said, file=file)
