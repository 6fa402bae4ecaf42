"""A YAML file that a setting names: a list of things by their keys, read and checked whole, with all faults at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from marshmallow import Schema, ValidationError

from engine.errors import Invalid, Place
from engine.plain_yaml import read_yaml
from onewindow.settings_reader import BadSettings, variable_of

_MOST_BYTES: Final = 1_000_000

Unsaid = Callable[[str, str, Any], bool]
"""Whether a name that marshmallow gives to a fault, at a place and over what is within, stands nowhere in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """What such a file is like: the variable that names it, the schema of the whole, and the key of its list."""

    variable: str
    schema: type[Schema]
    list_key: str
    is_unsaid: Unsaid

    def load(self, file: Path) -> Mapping[str, Any]:
        """The things of the list by their keys. Raises BadSettings with all faults."""
        try:
            value, _ = read_yaml(file.read_bytes(), _MOST_BYTES)
            loaded: Mapping[str, Any] = self.schema().load(value or {})
        except OSError as fault:
            raise self.wrong([Place("/", f"the file {file} cannot be read ({fault.strerror})")]) from fault
        except Invalid as fault:
            raise self.wrong([Place("/", f"{file}: {fault.message}")]) from fault
        except ValidationError as fault:
            told = self._told(fault.messages)
            raise self.wrong([Place(place, f"{place}: {message}") for place, message in told]) from fault
        listed: Mapping[str, Any] = loaded.get(self.list_key, {})
        return listed

    def wrong(self, faults: Sequence[Place]) -> BadSettings:
        """All faults as one error."""
        lines = "\n".join(f"  {fault.message}" for fault in faults)
        return BadSettings(
            f"{self.variable}: {len(faults)} {'entries are' if len(faults) > 1 else 'entry is'} wrong:\n{lines}",
            places=faults,
            remedy="Correct the file and start again.",
        )

    def _told(self, messages: Any, place: str = "") -> Iterator[tuple[str, str]]:
        """Marshmallow's tree of faults as pointer and sentence."""
        if isinstance(messages, dict):
            for name, inner in messages.items():
                yield from self._told(inner, place if self.is_unsaid(name, place, inner) else f"{place}/{name}")
        else:
            for message in messages:
                yield place or "/", str(message)


def secret_missing(place: str, secret: str) -> Place:
    """That a secret which the file names is not set."""
    variable = variable_of(secret)
    return Place(place, f"{place}: the secret {secret} is not set; set {variable}, or {variable}_FILE")
