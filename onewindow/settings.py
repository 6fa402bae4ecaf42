"""What an operator can set: one typed, frozen object, read once from the environment.

This is the only module that reads the environment. `Settings.load(environ)` reads everything, checks everything and
reports every fault at once, each with the variable's name and an example. Modules receive the values they need, never
this object. Secrets are shown nowhere: not in `repr`, not in messages.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from engine.casework.retention import Retention
from engine.files.kinds import KINDS
from onewindow.file_settings import FileSettings
from onewindow.health_settings import HealthSettings, read_health_settings
from onewindow.identity_settings import IdentitySettings, read_identity_settings
from onewindow.key_settings import KeySettings, read_key_settings
from onewindow.notice_settings import NoticeSettings, read_notice_settings
from onewindow.partner_settings import PartnerSettings, read_partner_settings
from onewindow.retention_settings import read_retention_settings
from onewindow.seal_settings import SealSettings, read_seal_settings
from onewindow.settings_reader import PREFIX, BadSettings, RegisterAddress, Secret, SettingsReader
from onewindow.trace_settings import TraceSettings, read_trace_settings
from onewindow.transparency_settings import TransparencySettings, read_transparency_settings
from onewindow.webhook_settings import WebhookSettings, read_webhook_settings

__all__ = ["PREFIX", "BadSettings", "RegisterAddress", "Secret", "Settings", "environment_with", "share_figures_in"]


def environment_with(**changes: str) -> dict[str, str]:
    """This process's environment with changes: what a child process is given."""
    return {**os.environ, **changes}


def share_figures_in(folder: str) -> None:
    """Tell prometheus_client where several processes add up their figures; it looks once, when it is imported."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what comes in."""

    json_bytes: int = 1_000_000
    json_depth: int = 64
    upload_bytes: int = 20_000_000
    """Of one deployment, all files together."""
    xml_bytes: int = 5_000_000
    xml_elements: int = 5_000
    applications_a_day: int = 100
    """Of one applicant; 0 bounds nothing."""


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
    register_validity: Mapping[str, timedelta] = field(default_factory=dict)
    """For how long a register's answer serves further cases of the same person; no register unless named."""
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
    worker_threads: int = 32
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
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    partners: PartnerSettings = field(default_factory=PartnerSettings)
    retention: Retention | None = None
    """How long records are kept of services that say nothing of it; None keeps them."""
    seals: SealSettings = field(default_factory=SealSettings)
    traces: TraceSettings = field(default_factory=TraceSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    transparency: TransparencySettings = field(default_factory=TransparencySettings)
    keys: KeySettings = field(default_factory=KeySettings)

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
        reader = SettingsReader(environ)
        known = cls(
            database_url=reader.database(
                "DATABASE_URL", "sqlite:///var/onewindow.db", reader.secret_in("DATABASE_PASSWORD_FILE")
            ),
            host=reader.text("HOST", "127.0.0.1", "0.0.0.0"),  # noqa: S104 (an example in a message)
            port=reader.whole("PORT", 8080, 1, 65_535),
            public_url=reader.url("PUBLIC_URL"),
            processes=reader.whole("PROCESSES", 0, 0, 64),
            threads=reader.whole("THREADS", 8, 1, 256),
            trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, 0, 5),
            metrics_are_open=reader.one_of("METRICS", "open", ("open", "operator")) == "open",
            registers=reader.registers("REGISTERS"),
            register_validity=reader.validities("REGISTER_VALIDITY_DAYS"),
            http_hosts=reader.names("HTTP_HOSTS", "api.example.gov,localhost:8095"),
            external_job_types=reader.names("EXTERNAL_JOB_TYPES", "print-card,send-by-post"),
            payment_url=reader.url("PAYMENT_URL"),
            payment_return_url=reader.url("PAYMENT_RETURN_URL"),
            secrets=reader.secrets(),
            procedures=Path(reader.text("PROCEDURES", "processes", "/srv/onewindow/processes")),
            country=reader.country("COUNTRY", "AZ"),
            time_zone=reader.time_zone("TIME_ZONE", "Asia/Baku"),
            worker_threads=reader.whole("WORKER_THREADS", 32, 1, 256),
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
                applications_a_day=reader.whole("APPLICATIONS_PER_DAY", 100, 0, 1_000_000),
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
            notices=read_notice_settings(reader),
            webhooks=read_webhook_settings(reader),
            partners=read_partner_settings(reader),
            retention=read_retention_settings(reader),
            seals=read_seal_settings(reader),
            traces=read_trace_settings(reader),
            health=read_health_settings(reader),
            identity=read_identity_settings(reader),
            transparency=read_transparency_settings(reader),
            keys=read_key_settings(reader),
        )
        reader.finish()
        return known
