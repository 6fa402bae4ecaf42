"""Reads variables of an environment one by one, each of its kind, and tells at the end all that was wrong.

It is handed the environment by `onewindow.settings`, the only module that reads it. Secrets are shown nowhere: not in
`repr`, not in messages.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

from engine.errors import Invalid, Place
from onewindow.secret_command import NoSecret, secret_of

PREFIX: Final = "ONEWINDOW_"
_SECRETS: Final = "ONEWINDOW_SECRET_"
_CONNECTORS: Final = "ONEWINDOW_CONNECTOR_"
_OTHERS: Final = ("ONEWINDOW_TEST_", "ONEWINDOW_SANDBOX_")
"""Variables of the tests and of the sandbox: not ours to read."""
_USER: Final = re.compile(r"[A-Za-z0-9._~%-]+")


class BadSettings(Invalid):
    """One or more settings are wrong; `places` names each variable."""

    code = "bad-settings"


def variable_of(secret: str) -> str:
    """The variable of the environment that a secret stands in."""
    return f"{_SECRETS}{secret.upper().replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never printed."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "(secret)"


@dataclass(frozen=True, slots=True)
class RegisterAddress:
    """Where a state register answers. The product knows no more of it than this."""

    name: str
    url: str
    """Base address without a slash at the end."""


class SettingsReader:
    """Reads variables one by one, and remembers what was asked for and what was wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._asked: set[str] = set()
        self._faults: list[Place] = []

    def text(self, name: str, default: str, example: str) -> str:
        """Any text without control characters."""
        value = self._value(name)
        if value is None:
            return default
        if not value.isprintable():
            self.fault(name, "a text without control characters", value, example)
            return default
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._value(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most):
            self.fault(name, f"a whole number from {least} to {most}", value, str(default))
            return default
        return int(value)

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self._value(name)
        if value is None:
            return default
        if value not in allowed:
            self.fault(name, "one of " + ", ".join(allowed), value, default)
            return default
        return value

    def url(self, name: str) -> str:
        """An http or https address, or nothing."""
        value = self._value(name)
        if value is None:
            return ""
        if not _is_web_address(value):
            self.fault(name, "an http or https address", value, "https://services.example.gov")
            return ""
        return value.rstrip("/")

    def database(self, name: str, default: str, password: Secret | None = None) -> str:
        """A SQLite or PostgreSQL address, with the password put in. Never shown in a message."""
        example = "postgresql://onewindow:password@db.example.gov/onewindow"
        value = self._value(name) or default
        scheme, _, rest = value.partition("://")
        if scheme in ("postgresql", "postgres"):
            scheme = "postgresql+psycopg"
        if not rest or scheme not in ("sqlite", "postgresql+psycopg"):
            self.fault(name, "a SQLite or PostgreSQL address", None, example)
            return default
        if password is not None:
            user, at, where = rest.partition("@")
            if scheme == "sqlite" or not at or not user or not _USER.fullmatch(user):
                expected = "a PostgreSQL address with a user and without a password, which stands in a file"
                self.fault(name, expected, None, "postgresql://onewindow@db.example.gov/onewindow")
                return default
            rest = f"{user}:{quote(password.value, safe='')}@{where}"
        return f"{scheme}://{rest}"

    def secret_in(self, name: str) -> Secret | None:
        """A secret in a file whose path is the variable's value."""
        path = self._value(name)
        if path is None:
            return None
        text = self._from_file(PREFIX + name, path).strip()
        if not text:
            self.fault(name, "a file with a password in it", path, "/run/secrets/database-password")
        return Secret(text or "empty")

    def registers(self, name: str) -> tuple[RegisterAddress, ...]:
        """`name=address` pairs, parted by commas."""
        found: dict[str, RegisterAddress] = {}
        example = "population=http://127.0.0.1:8091,driver=http://127.0.0.1:8092"
        for pair in self.names(name, example):
            key, equals, url = pair.partition("=")
            if not (equals and key and key.replace("-", "").isalnum() and _is_web_address(url)) or key in found:
                self.fault(name, "name=address pairs, each name once", pair, example)
                continue
            found[key] = RegisterAddress(key, url.rstrip("/"))
        return tuple(found.values())

    def validities(self, name: str) -> Mapping[str, timedelta]:
        """`register=days` pairs, parted by commas: for how long an answer serves further cases of a person."""
        found: dict[str, timedelta] = {}
        for pair in self.names(name, example := "population=30,driver=1"):
            key, equals, days = pair.partition("=")
            if not (equals and key and days.isdecimal() and 1 <= int(days[:5]) <= 3_650) or key in found:
                self.fault(name, "name=days pairs of 1 to 3650 days, each name once", pair, example)
                continue
            found[key] = timedelta(days=int(days))
        return found

    def names(self, name: str, example: str) -> tuple[str, ...]:
        """Words parted by commas."""
        value = self.text(name, "", example)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    def some_of(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Some of a few words; all of them where nothing is said."""
        said = self.names(name, ",".join(allowed[:3]))
        if not set(said) <= set(allowed):
            self.fault(name, "some of " + ", ".join(allowed), ",".join(said), ",".join(allowed[:3]))
        return said or allowed

    def paths(self, name: str) -> Mapping[str, str]:
        """`agency=path` pairs, parted by commas; `*` stands for every other agency."""
        found: dict[str, str] = {}
        for pair in self.names(
            name, example := "traffic-police=/run/secrets/traffic-police.p12,*=/run/secrets/seal.p12"
        ):
            agency, equals, path = pair.partition("=")
            if not (equals and path and (agency == "*" or agency.replace("-", "").isalnum())) or agency in found:
                self.fault(name, "agency=path pairs, each agency once", pair, example)
            found[agency] = path
        return found

    def socket(self, name: str) -> str:
        """The path of a socket, or host:port, or nothing."""
        value = self.text(name, "", example := "/run/clamav/clamd.ctl or 127.0.0.1:3310")
        if value and not value.startswith("/") and not value.rpartition(":")[2].isdecimal():
            self.fault(name, "a socket, or host:port", value, example)
            return ""
        return value

    def checked(self, name: str, check: Callable[[str], str], example: str) -> str:
        """A text as `check` gives it, or nothing; what `check` raises as Invalid is a fault."""
        value = self.text(name, "", example)
        try:
            return check(value) if value else ""
        except Invalid:
            self.fault(name, "such a value", value, example)
            return ""

    def country(self, name: str, default: str) -> str:
        """Two capitals (ISO 3166-1)."""
        value = self._value(name)
        if value is None:
            return default
        if not (len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()):
            self.fault(name, "a country of two capitals", value, default)
            return default
        return value

    def time_zone(self, name: str, default: str) -> str:
        """A name of the time zone database."""
        value = self._value(name)
        if value is None:
            return default
        if value not in available_timezones():
            self.fault(name, "a time zone", value, default)
            return default
        return value

    def secrets(self) -> Mapping[str, Secret]:
        """ONEWINDOW_SECRET_<NAME> holds a secret; with _FILE the path of its file, with _COMMAND what prints it."""
        found: dict[str, Secret] = {}
        for variable, value in sorted(self._environ.items()):
            if not variable.startswith(_SECRETS):
                continue
            self._asked.add(variable)
            name, text = variable.removeprefix(_SECRETS), value
            if name.endswith("_FILE"):
                name, text = name.removesuffix("_FILE"), self._from_file(variable, value)
            elif name.endswith("_COMMAND"):
                name, text = name.removesuffix("_COMMAND"), self._printed(variable, value)
            if not text.strip():
                self.fault(variable.removeprefix(PREFIX), "a secret that is not empty", None, "(a long random text)")
                continue
            found[_lowered(name)] = Secret(text.strip())
        return MappingProxyType(found)

    def connector_options(self) -> Mapping[str, Mapping[str, str]]:
        """ONEWINDOW_CONNECTOR_<NAME>__<OPTION> holds an option of the connector of an installed package."""
        found: dict[str, dict[str, str]] = {}
        for variable, value in sorted(self._environ.items()):
            if not variable.startswith(_CONNECTORS):
                continue
            self._asked.add(variable)
            name, parted, option = variable.removeprefix(_CONNECTORS).partition("__")
            if not (name and parted and option):
                example = "A4, in a variable such as ONEWINDOW_CONNECTOR_FAX__PAGE_SIZE"
                self.fault(variable.removeprefix(PREFIX), "a name, two underscores and an option", None, example)
                continue
            found.setdefault(_lowered(name), {})[_lowered(option)] = value
        return MappingProxyType({name: MappingProxyType(options) for name, options in found.items()})

    def finish(self) -> None:
        """Raise BadSettings when anything was wrong, or a variable of ours is not known (a slip of the pen)."""
        for variable in sorted(self._environ):
            if variable.startswith(PREFIX) and variable not in self._asked and not variable.startswith(_OTHERS):
                near = difflib.get_close_matches(variable, self._asked, 1)
                meant = f"Did you mean {near[0]}?" if near else "Remove it."
                self._faults.append(Place(variable, f"There is no setting {variable}. {meant}", "unknown-setting"))
        if self._faults:
            lines = "\n".join(f"  {fault.message}" for fault in self._faults)
            raise BadSettings(
                f"{len(self._faults)} setting{'s are' if len(self._faults) > 1 else ' is'} wrong:\n{lines}",
                places=self._faults,
                remedy="Correct the environment and start again.",
            )

    def _value(self, name: str) -> str | None:
        self._asked.add(PREFIX + name)
        value = self._environ.get(PREFIX + name, "").strip()
        return value or None

    def _from_file(self, variable: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            reason = getattr(fault, "strerror", None) or "it is not UTF-8 text"
            self.fault(variable.removeprefix(PREFIX), f"a file that can be read ({reason})", path, "/run/secrets/key")
            return "unreadable"

    def _printed(self, variable: str, command: str) -> str:
        """What a vault's program prints. The command is not shown: some put a password into it."""
        seen = {name: value for name, value in self._environ.items() if not name.startswith(_SECRETS)}
        try:
            return secret_of(command, seen)
        except NoSecret as fault:
            expected = f"a command that prints the secret ({fault})"
            self.fault(variable.removeprefix(PREFIX), expected, None, "/usr/bin/vault kv get -field=value secret/key")
            return "unreadable"

    def fault(self, name: str, expected: str, found: str | None, example: str) -> None:
        """Note that a variable is wrong; a secret is not shown as found."""
        said = f", found {found!r:.120}" if found is not None else ""
        self._faults.append(
            Place(PREFIX + name, f"{PREFIX}{name}: expected {expected}{said}. Example: {PREFIX}{name}={example}")
        )


def _lowered(name: str) -> str:
    """A part of a variable's name as models and files write it."""
    return name.lower().replace("_", "-")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
