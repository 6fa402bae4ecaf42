"""What an operator can set: one typed, frozen object, read once from the environment.

This is the only module that reads the environment. `Settings.load(environ)` reads everything, checks everything and
reports every fault at once, each with the variable's name and an example. Modules receive the values they need, never
this object. Secrets are shown nowhere: not in `repr`, not in messages.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from engine.errors import Invalid, Place
from engine.files.kinds import KINDS
from onewindow.file_settings import FileSettings

PREFIX: Final = "ONEWINDOW_"
_SECRETS: Final = "ONEWINDOW_SECRET_"
_OTHERS: Final = ("ONEWINDOW_TEST_", "ONEWINDOW_SANDBOX_")
"""Variables of the tests and of the sandbox: not ours to read."""


def environment_with(**changes: str) -> dict[str, str]:
    """This process's environment with changes: what a child process is given."""
    return {**os.environ, **changes}


def share_figures_in(folder: str) -> None:
    """Tell prometheus_client where several processes add up their figures; it looks once, when it is imported."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


class BadSettings(Invalid):
    """One or more settings are wrong; `places` names each variable."""

    code = "bad-settings"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what comes in."""

    json_bytes: int = 1_000_000
    json_depth: int = 64
    upload_bytes: int = 20_000_000
    """Of one deployment, all files together."""
    xml_bytes: int = 5_000_000
    xml_elements: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set, with defaults for a machine of one developer."""

    database_url: str = field(default="sqlite:///var/onewindow.db", repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """The address people type, such as https://services.example.gov; with https, cookies are `Secure`."""
    processes: int = 0
    """Web processes; 0 chooses 1 on SQLite and 2 on PostgreSQL."""
    threads: int = 8
    trusted_proxies: int = 0
    """How many reverse proxies in front may name the caller's address; 0 trusts none."""
    metrics_are_open: bool = True
    """Whether /metrics answers without a sign-in; it shows figures, never data of persons."""
    registers: tuple[RegisterAddress, ...] = ()
    http_hosts: tuple[str, ...] = ()
    """Hosts the connector `http` may call, as host or host:port."""
    external_job_types: tuple[str, ...] = ()
    """Types of service tasks that programs outside fetch and carry out, beside the connectors."""
    payment_url: str = ""
    """Where the payment provider answers; empty without one."""
    payment_return_url: str = ""
    """Where citizens come back to from its page; `{reference}` stands for the payment's reference."""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By reference name, in small letters with hyphens: ONEWINDOW_SECRET_POPULATION_KEY is `population-key`."""
    procedures: Path = Path("processes")
    """Folder of the shipped procedures, one folder each."""
    country: str = "AZ"
    time_zone: str = "Asia/Baku"
    worker_threads: int = 4
    """How many jobs one worker carries out at the same time."""
    lease_seconds: int = 60
    stop_seconds: int = 8
    """How long requests and jobs under way may still take when a process is told to stop."""
    idle_minutes: int = 30
    """A session unused for so long ends."""
    session_hours: int = 12
    """A session ends after so long in any case."""
    log_level: str = "info"
    log_format: str = "json"
    """`json`, or `console` for people."""
    limits: Limits = Limits()
    files: FileSettings = field(default_factory=FileSettings)

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def web_processes(self) -> int:
        """How many processes answer: SQLite has one writer at a time, so threads of one process serve it best."""
        return self.processes or (1 if self.is_sqlite else 2)

    @property
    def cookies_are_secure(self) -> bool:
        """Whether the browser may send the session only over TLS."""
        return self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """The address to print: the public one, else that of the socket."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @classmethod
    def of_this_process(cls) -> Settings:
        """The settings in this process's own environment: the only place that reads it. Raises BadSettings."""
        return cls.load(os.environ)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises BadSettings with every fault at once; ignores variables of others."""
        reader = _Reader(environ)
        known = cls(
            database_url=reader.database("DATABASE_URL", "sqlite:///var/onewindow.db"),
            host=reader.text("HOST", "127.0.0.1", "0.0.0.0"),  # noqa: S104 (an example in a message)
            port=reader.whole("PORT", 8080, 1, 65_535),
            public_url=reader.url("PUBLIC_URL"),
            processes=reader.whole("PROCESSES", 0, 0, 64),
            threads=reader.whole("THREADS", 8, 1, 256),
            trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, 0, 5),
            metrics_are_open=reader.one_of("METRICS", "open", ("open", "operator")) == "open",
            registers=reader.registers("REGISTERS"),
            http_hosts=reader.names("HTTP_HOSTS", "api.example.gov,localhost:8095"),
            external_job_types=reader.names("EXTERNAL_JOB_TYPES", "print-card,send-by-post"),
            payment_url=reader.url("PAYMENT_URL"),
            payment_return_url=reader.url("PAYMENT_RETURN_URL"),
            secrets=reader.secrets(),
            procedures=Path(reader.text("PROCEDURES", "processes", "/srv/onewindow/processes")),
            country=reader.country("COUNTRY", "AZ"),
            time_zone=reader.time_zone("TIME_ZONE", "Asia/Baku"),
            worker_threads=reader.whole("WORKER_THREADS", 4, 1, 64),
            lease_seconds=reader.whole("LEASE_SECONDS", 60, 5, 3_600),
            stop_seconds=reader.whole("STOP_SECONDS", 8, 1, 300),
            idle_minutes=reader.whole("SESSION_IDLE_MINUTES", 30, 1, 1_440),
            session_hours=reader.whole("SESSION_HOURS", 12, 1, 168),
            log_level=reader.one_of("LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
            log_format=reader.one_of("LOG_FORMAT", "json", ("json", "console")),
            limits=Limits(
                json_bytes=reader.whole("JSON_MAX_BYTES", 1_000_000, 1_000, 100_000_000),
                json_depth=reader.whole("JSON_MAX_DEPTH", 64, 4, 200),
                upload_bytes=reader.whole("UPLOAD_MAX_BYTES", 20_000_000, 10_000, 1_000_000_000),
                xml_bytes=reader.whole("XML_MAX_BYTES", 5_000_000, 10_000, 100_000_000),
                xml_elements=reader.whole("XML_MAX_ELEMENTS", 5_000, 10, 1_000_000),
            ),
            files=FileSettings(
                place=reader.text("FILES", "", "/srv/onewindow/files or s3://bucket/prefix"),
                s3_endpoint=reader.url("S3_ENDPOINT"),
                s3_region=reader.text("S3_REGION", "us-east-1", "eu-central-1"),
                clamd=reader.socket("CLAMD"),
                unscanned_is_taken=reader.one_of("UNSCANNED_FILES", "allowed", ("allowed", "refused")) == "allowed",
                attachment_bytes=reader.whole("ATTACHMENT_MAX_BYTES", 20_000_000, 1_000, 2_000_000_000),
                attachment_kinds=reader.some_of("ATTACHMENT_KINDS", tuple(KINDS)),
                upload_hours=reader.whole("UPLOAD_HOURS", 24, 1, 720),
                signing_keys=reader.paths("SIGNING_KEYS"),
                pkcs11_module=reader.text("PKCS11_MODULE", "", "/usr/lib/softhsm/libsofthsm2.so"),
                pkcs11_token=reader.text("PKCS11_TOKEN", "", "agency"),
                pkcs11_key=reader.text("PKCS11_KEY", "", "seal"),
                timestamp_url=reader.url("TIMESTAMP_URL"),
            ),
        )
        reader.finish()
        return known


class _Reader:
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
            self._fault(name, "a text without control characters", value, example)
            return default
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._value(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most):
            self._fault(name, f"a whole number from {least} to {most}", value, str(default))
            return default
        return int(value)

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self._value(name)
        if value is None:
            return default
        if value not in allowed:
            self._fault(name, "one of " + ", ".join(allowed), value, default)
            return default
        return value

    def url(self, name: str) -> str:
        """An http or https address, or nothing."""
        value = self._value(name)
        if value is None:
            return ""
        if not _is_web_address(value):
            self._fault(name, "an http or https address", value, "https://services.example.gov")
            return ""
        return value.rstrip("/")

    def database(self, name: str, default: str) -> str:
        """A SQLite or PostgreSQL address. Never shown in a message, for it may hold a password."""
        value = self._value(name)
        if value is None:
            return default
        scheme = value.partition("://")[0]
        if scheme in ("postgresql", "postgres"):
            return "postgresql+psycopg://" + value.partition("://")[2]
        if "://" not in value or scheme not in ("sqlite", "postgresql+psycopg"):
            self._fault(
                name, "a SQLite or PostgreSQL address", None, "postgresql://onewindow:password@db.example.gov/onewindow"
            )
            return default
        return value

    def registers(self, name: str) -> tuple[RegisterAddress, ...]:
        """`name=address` pairs, parted by commas."""
        found: dict[str, RegisterAddress] = {}
        example = "population=http://127.0.0.1:8091,driver=http://127.0.0.1:8092"
        for pair in self.names(name, example):
            key, equals, url = pair.partition("=")
            if not (equals and key and key.replace("-", "").isalnum() and _is_web_address(url)) or key in found:
                self._fault(name, "name=address pairs, each name once", pair, example)
                continue
            found[key] = RegisterAddress(key, url.rstrip("/"))
        return tuple(found.values())

    def names(self, name: str, example: str) -> tuple[str, ...]:
        """Words parted by commas."""
        value = self.text(name, "", example)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    def some_of(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Some of a few words; all of them where nothing is said."""
        said = self.names(name, ",".join(allowed[:3]))
        if not set(said) <= set(allowed):
            self._fault(name, "some of " + ", ".join(allowed), ",".join(said), ",".join(allowed[:3]))
        return said or allowed

    def paths(self, name: str) -> Mapping[str, str]:
        """`agency=path` pairs, parted by commas; `*` stands for every other agency."""
        found: dict[str, str] = {}
        for pair in self.names(
            name, example := "traffic-police=/run/secrets/traffic-police.p12,*=/run/secrets/seal.p12"
        ):
            agency, equals, path = pair.partition("=")
            if not (equals and path and (agency == "*" or agency.replace("-", "").isalnum())) or agency in found:
                self._fault(name, "agency=path pairs, each agency once", pair, example)
            found[agency] = path
        return found

    def socket(self, name: str) -> str:
        """The path of a socket, or host:port, or nothing."""
        value = self.text(name, "", example := "/run/clamav/clamd.ctl or 127.0.0.1:3310")
        if value and not value.startswith("/") and not value.rpartition(":")[2].isdecimal():
            self._fault(name, "a socket, or host:port", value, example)
            return ""
        return value

    def country(self, name: str, default: str) -> str:
        """Two capitals (ISO 3166-1)."""
        value = self._value(name)
        if value is None:
            return default
        if not (len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()):
            self._fault(name, "a country of two capitals", value, default)
            return default
        return value

    def time_zone(self, name: str, default: str) -> str:
        """A name of the time zone database."""
        value = self._value(name)
        if value is None:
            return default
        if value not in available_timezones():
            self._fault(name, "a time zone", value, default)
            return default
        return value

    def secrets(self) -> Mapping[str, Secret]:
        """ONEWINDOW_SECRET_<NAME> holds a secret, ONEWINDOW_SECRET_<NAME>_FILE the path of a file that holds it."""
        found: dict[str, Secret] = {}
        for variable, value in sorted(self._environ.items()):
            if not variable.startswith(_SECRETS):
                continue
            self._asked.add(variable)
            name, in_file = variable.removeprefix(_SECRETS), False
            if name.endswith("_FILE"):
                name, in_file = name.removesuffix("_FILE"), True
            text = self._from_file(variable, value) if in_file else value
            if not text.strip():
                self._fault(variable.removeprefix(PREFIX), "a secret that is not empty", None, "(a long random text)")
                continue
            found[name.lower().replace("_", "-")] = Secret(text.strip())
        return MappingProxyType(found)

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
            self._fault(variable.removeprefix(PREFIX), f"a file that can be read ({reason})", path, "/run/secrets/key")
            return "unreadable"

    def _fault(self, name: str, expected: str, found: str | None, example: str) -> None:
        said = f", found {found!r:.120}" if found is not None else ""
        self._faults.append(
            Place(PREFIX + name, f"{PREFIX}{name}: expected {expected}{said}. Example: {PREFIX}{name}={example}")
        )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
