"""Names of members, subsystems and services of X-Road (PR-REST 1.0.4, sections 4.1, 4.2 and 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from engine.errors import Invalid

LONGEST_PART: Final = 255
_FORBIDDEN: Final = frozenset("/\\%:;\u200b\ufeff")


class BadIdentifier(Invalid):
    """A text names no member, subsystem or service of X-Road."""

    code = "xroad-identifier"


@dataclass(frozen=True, slots=True, order=True)
class ClientId:
    """A member, or one of its subsystems: who asks, or who provides."""

    instance: str
    member_class: str
    member_code: str
    subsystem: str | None = None

    @classmethod
    def parse(cls, text: str) -> ClientId:
        """Read `INSTANCE/CLASS/MEMBER` or `INSTANCE/CLASS/MEMBER/SUBSYSTEM`. Raises BadIdentifier."""
        parts = _parts(text)
        if len(parts) not in (3, 4):
            raise BadIdentifier(
                f"Expected INSTANCE/CLASS/MEMBER/SUBSYSTEM, found {text!r:.120}.",
                remedy="Write for example AZ/GOV/00000001/onewindow.",
            )
        return cls(*parts)

    @property
    def encoded(self) -> str:
        """As it stands in headers and addresses: each part percent-encoded."""
        return "/".join(quote(part, safe="") for part in str(self).split("/"))

    def __str__(self) -> str:
        parts = (self.instance, self.member_class, self.member_code, self.subsystem)
        return "/".join(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True, order=True)
class ServiceId:
    """A service that a subsystem offers.

    The protocol lets services of members without a subsystem be named, but then nobody can tell the service's code from
    the first part of the path; security servers ask for all five parts, and so do we.
    """

    provider: ClientId
    code: str

    @classmethod
    def parse(cls, text: str) -> ServiceId:
        """Read `INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE`. Raises BadIdentifier."""
        parts = _parts(text)
        if len(parts) != 5:
            raise BadIdentifier(
                f"Expected INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE, found {text!r:.120}.",
                remedy="Write for example AZ/GOV/00000002/population/persons.",
            )
        return cls(ClientId(*parts[:4]), parts[4])

    @property
    def encoded(self) -> str:
        """As it stands in addresses: each part percent-encoded."""
        return f"{self.provider.encoded}/{quote(self.code, safe='')}"

    def __str__(self) -> str:
        return f"{self.provider}/{self.code}"


def _parts(text: str) -> list[str]:
    """The parts, as they are meant and not as they are encoded. Raises BadIdentifier."""
    parts = text.split("/")
    for part in parts:
        is_sound = part.isprintable() and not _FORBIDDEN & set(part) and part == part.strip()
        if not is_sound or not part.strip(".") or len(part) > LONGEST_PART:
            raise BadIdentifier(
                f"A part of the identifier {text!r:.120} is empty, longer than {LONGEST_PART} characters, or has a "
                "character that X-Road does not allow.",
                remedy="Write the parts as the member has them, with a slash between them and nothing encoded.",
            )
    return parts
