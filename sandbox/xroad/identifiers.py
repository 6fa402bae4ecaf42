"""Identifiers of clients and services, read from headers and addresses (PR-REST, 4.1, 4.2 and 4.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sandbox.xroad.problems import BAD_REQUEST, RoadError

_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?_]{1,255}")
_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True, order=True)
class ClientId:
    """A member, or one of its subsystems."""

    instance: str
    member_class: str
    member_code: str
    subsystem: str | None = None

    @classmethod
    def parse(cls, text: str) -> ClientId:
        """Read `INSTANCE/CLASS/MEMBER/SUBSYSTEM`, each part percent-encoded. Raises RoadError."""
        parts = _parts(text.split("/"))
        if len(parts) not in (3, 4):
            raise RoadError(
                BAD_REQUEST, "X-Road-Client must be INSTANCE/CLASS/MEMBER or INSTANCE/CLASS/MEMBER/SUBSYSTEM."
            )
        return cls(*parts)

    def __str__(self) -> str:
        parts = (self.instance, self.member_class, self.member_code, self.subsystem)
        return "/".join(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True, order=True)
class ServiceId:
    """A service of a subsystem."""

    provider: ClientId
    code: str

    @classmethod
    def parse(cls, text: str) -> ServiceId:
        """Read `INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE`. Raises RoadError."""
        provider, _, code = text.rpartition("/")
        return cls(ClientId.parse(provider), _parts([code])[0])

    def __str__(self) -> str:
        return f"{self.provider}/{self.code}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is for: the service, and what goes on to its provider, as it was written."""

    service: ServiceId
    path: str
    query: str

    @classmethod
    def parse(cls, address: str) -> Target:
        """Read the raw target of a request, `/r1/{serviceId}[/path][?query]`. Raises RoadError."""
        if len(address) > _LONGEST_ADDRESS:
            raise RoadError(BAD_REQUEST, f"An address has at most {_LONGEST_ADDRESS} characters.")
        path, _, query = address.partition("?")
        segments = path.split("/")[2:]
        if len(segments) < 5:
            raise RoadError(BAD_REQUEST, "The address must be /r1/INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE/path.")
        if any(unquote(segment) in (".", "..") or "\\" in unquote(segment) for segment in segments):
            raise RoadError(BAD_REQUEST, "The path is not in its normal form.")
        *provider, code = _parts(segments[:5])
        rest = "".join(f"/{segment}" for segment in segments[5:])
        return cls(ServiceId(ClientId(*provider), code), rest, query)


def _parts(written: list[str]) -> list[str]:
    parts = [unquote(part, errors="strict") if _is_sound(part) else "" for part in written]
    if not all(_PART.fullmatch(part) for part in parts):
        raise RoadError(BAD_REQUEST, "An identifier is empty, too long, or has a character that is not allowed.")
    return parts


def _is_sound(part: str) -> bool:
    try:
        unquote(part, errors="strict")
    except UnicodeDecodeError:
        return False
    return True
