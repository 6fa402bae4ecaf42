"""The one place where the database, the kernel, the clock, forms and connectors meet the use cases and the API.

Nothing here decides anything: it makes things out of settings and hands them on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from api.long_poll import LongPolls
from api.wiring import ApiServices
from door.json_door import JsonLimits
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.calendar import WorkingCalendar
from engine.clock import Clock
from engine.connectors.contract import Connector
from engine.connectors.demo.connector import DemoConnector
from engine.connectors.document.signing import Seals
from engine.connectors.document.templates import DocumentTemplates
from engine.connectors.element_templates import element_templates
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.http.connector import HttpConnector
from engine.connectors.notice import NoticeTemplates
from engine.connectors.payment import PaymentConnector, Provider
from engine.connectors.register.connector import AnswerBook, RegisterConnector
from engine.connectors.registry import Registry
from engine.connectors.soap import SoapConnector
from engine.connectors.webhook import InnerHosts
from engine.connectors.xroad import XroadConnector
from engine.diagnostics import Diagnostic
from engine.errors import NotFound, Unavailable
from engine.feel.types import Record
from engine.runtime.definitions import DefinitionCache
from engine.runtime.ports import AnyHeaders
from engine.runtime.wiring import Limits, Runtime, Transparency
from engine.safe_xml import XmlLimits
from engine.store.database import Database
from engine.store.database_clock import clock_of
from engine.tracing import traceparent
from forms import (
    FieldPrefill,
    Form,
    NamedFiles,
    files_named,
    inspect_form,
    prefills,
    restricted,
    shown_to,
    validate,
    value_types,
)
from onewindow.client_credentials import TokensForTokens
from onewindow.credentials import credentials
from onewindow.engine_state import engine_state
from onewindow.filing import file_connectors, file_rules, file_storage, seals
from onewindow.hosts import host_of
from onewindow.lookups import KeptLookups
from onewindow.master_keys import master_keys, require_master_key
from onewindow.noticing import notice_connector, notice_domain
from onewindow.outside_connectors import outside_connectors
from onewindow.partners_file import read_partners_file
from onewindow.readiness import readiness
from onewindow.roads import registers, security_servers
from onewindow.sealing import seal_key
from onewindow.settings import Settings
from onewindow.settings_reader import variable_of
from onewindow.task_forms import TaskForms
from onewindow.webhooks import WebhookSecrets, webhook_rules


class FormFiles:
    """Forms as the use cases need them: read, and validated when filled in."""

    def inspect(self, content: bytes, file: str | None) -> tuple[Form | None, tuple[Diagnostic, ...]]:
        """The form in a file, with all findings."""
        return inspect_form(content, file)

    def validate(
        self,
        form: Form,
        answers: Mapping[str, Any],
        variables: Mapping[str, Any],
        now: datetime,
        *,
        language: str | None,
        draft: bool,
    ) -> Mapping[str, Any]:
        """The values of a form that was filled in. Raises Invalid with places under /answers, in the language."""
        return validate(form, answers, variables, now, language=language or "en", draft=draft)

    def value_types(self, form: Form) -> Record:
        """What is known of its values beforehand."""
        return value_types(form)

    def files_named(self, form: Form, values: Mapping[str, Any]) -> Iterator[NamedFiles]:
        """The files that valid values of a form name."""
        return files_named(form, values)

    def restricted(self, form: Form) -> Mapping[tuple[str, ...], frozenset[str]]:
        """Who may see which of its values, where not everybody may."""
        return restricted(form)

    def shown_to(self, form: Form, sees: Callable[[frozenset[str]], bool]) -> Form:
        """The form without the fields that somebody may not see."""
        return shown_to(form, sees)

    def prefills(self, form: Form) -> Iterator[FieldPrefill]:
        """What fills in its fields before the applicant does."""
        return prefills(form)


@dataclass(frozen=True, slots=True)
class Composed:
    """What was put together for one process."""

    runtime: Runtime
    database: Database
    registry: Registry
    seals: Seals
    webhook_secrets: WebhookSecrets


def compose(settings: Settings, *, clock: Clock | None = None, database: Database | None = None) -> Composed:
    """Put everything together. Opens no connection; the folder of a SQLite file is made."""
    opened = database or open_database(settings)
    ticking = clock or clock_of(opened.url)
    storage = file_storage(settings, ticking)
    made: list[Runtime] = []
    keys = seals(settings, secrets_of(settings))
    of_files = file_connectors(settings, storage, keys, lambda: made[0])
    notices = notice_connector(settings, secrets_of(settings), lambda: made[0])
    registry = connectors(settings, [*of_files, notices], KeptLookups(lambda: made[0]))
    kept = WebhookSecrets(settings.secrets)
    kernel = SpiffKernel()
    forms = FormFiles()
    xml = xml_limits(settings)
    runtime = Runtime(
        database=opened,
        kernel=kernel,
        clock=ticking,
        calendar=WorkingCalendar(settings.country, timezone=settings.time_zone),
        forms=forms,
        definitions=DefinitionCache(kernel, forms, xml=xml),
        job_types={**dict.fromkeys(settings.external_job_types, AnyHeaders()), **registry.schemas},
        known_queues=lambda work: work.accounts.queues(),
        limits=Limits(
            xml=xml,
            bundle_bytes=settings.limits.upload_bytes,
            applications_a_day=settings.limits.applications_a_day,
        ),
        storage=storage,
        files=file_rules(settings),
        templates=DocumentTemplates(),
        exchanges_kept_for=timedelta(days=settings.partners.exchange_days),
        notices=NoticeTemplates(),
        sends_mail=bool(settings.notices.smtp_host),
        webhooks=webhook_rules(settings, kept),
        seal_key=seal_key(settings),
        trace=traceparent,
        retention=settings.retention,
        transparency=Transparency(
            officials_are_named=settings.transparency.officials_are_named,
            silence_authority=settings.transparency.silence_authority,
            longest_silence=settings.transparency.longest_silence,
        ),
    )
    made.append(runtime)
    return Composed(runtime, opened, registry, keys, kept)


def xml_limits(settings: Settings) -> XmlLimits:
    """Bounds on files of analysts."""
    return XmlLimits(bytes=settings.limits.xml_bytes, elements=settings.limits.xml_elements)


def open_database(settings: Settings) -> Database:
    """The database of the settings; connections open when they are needed. Raises as `master_keys`."""
    make_folder(settings.database_url)
    return Database(settings.database_url, keys=master_keys(settings), pool_size=settings.threads + 4)


def require_keys(settings: Settings) -> None:
    """Refuse to start without the master keys that the database was encrypted under; one that is away is not asked.

    Raises NoMasterKey, MasterKeyMissing, MasterKeyWrong and as `master_keys`.
    """
    require_master_key(settings)
    database = open_database(settings)
    try:
        database.check_keys()
    except Unavailable:
        pass  # readiness tells
    finally:
        database.close()


def make_folder(url: str) -> None:
    """The folder of a SQLite file, if the address names one."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


def secrets_of(settings: Settings) -> Callable[[str], str]:
    """Gives secrets by reference. Raises NotFound."""

    def secret(name: str) -> str:
        found = settings.secrets.get(name)
        if found is None:
            variable = variable_of(name)
            raise NotFound(f"There is no secret {name!r:.80}.", remedy=f"Set {variable}, or {variable}_FILE.")
        return found.value

    return secret


def connectors(settings: Settings, more: Iterable[Connector] = (), book: AnswerBook | None = None) -> Registry:
    """The connectors of this product and of installed packages.

    Raises DuplicateConnector, UnusableConnector, and BadSettings for the file of partners.
    """

    def secret(name: str) -> str | None:
        return _value_of(settings, name)

    listed = read_partners_file(settings.partners.file, settings.secrets)
    hosts = {host_of(register.url) for register in settings.registers}
    provider = payment_provider(settings)
    if provider is not None:
        hosts.add(host_of(provider.url))
    # Registers and the provider may lie within: an operator, not a model, wrote their whole address.
    inner = InnerHosts(frozenset(hosts | listed.inner_hosts | set(settings.partners.inner_hosts)))
    exchange = Exchange(AllowedHosts(frozenset(hosts | listed.hosts | set(settings.http_hosts))), inner=inner)
    roads = security_servers(settings, listed.partners)
    own: list[Connector] = [
        RegisterConnector(registers(settings, roads), exchange, secret, book),
        HttpConnector(exchange, secret, listed.partners.of_kind("http"), AllowedHosts(frozenset(settings.http_hosts))),
        XroadConnector(roads, exchange),
        SoapConnector(exchange, secret, listed.partners.of_kind("soap")),
        PaymentConnector(provider, exchange, secret),
        DemoConnector(),
        *more,
    ]
    return Registry([*own, *outside_connectors(listed, settings.partners.connector_options, secret)])


def payment_provider(settings: Settings) -> Provider | None:
    """The payment provider of the settings; None without one. Citizens come back to the API unless said otherwise."""
    if not settings.payment_url:
        return None
    back = settings.payment_return_url or f"{settings.address}/api/v1/payments/return?reference={{reference}}"
    return Provider(url=settings.payment_url, return_url=back)


def api_services(settings: Settings, composed: Composed, *, shared_metrics_folder: str | None = None) -> ApiServices:
    """What the API is given."""
    database, clock = composed.database, composed.runtime.clock
    proofs = credentials(settings, composed.runtime)

    def read() -> AbstractContextManager[Any]:
        return database.read()

    return ApiServices(
        runtime=composed.runtime,
        read=read,
        clock=clock,
        authenticate=proofs.callers,
        sessions=proofs.sessions,
        factors=proofs.factors,
        tokens=proofs.tokens,
        password_codes=proofs.codes,
        federation=proofs.federation,
        client_credentials=TokensForTokens(runtime=composed.runtime),
        show_form=TaskForms(composed.runtime),
        figures=engine_state(database, clock),
        is_ready=readiness(settings, database, composed.runtime.storage),
        json_limits=JsonLimits(settings.limits.json_bytes, settings.limits.json_depth),
        places=settings.threads,
        upload_bytes=settings.limits.upload_bytes,
        read_signature=composed.seals.read,
        element_templates=partial(element_templates, composed.registry),
        cookies_are_secure=settings.cookies_are_secure,
        long_polls=LongPolls(most=max(1, settings.threads // 4), longest_seconds=max(1, settings.stop_seconds - 2)),
        payment_callback_secret=_value_of(settings, "payment-callback"),
        notice_callback_secret=_value_of(settings, "notice-callback"),
        notice_domain=notice_domain(settings),
        metrics_are_open=settings.metrics_are_open,
        shared_metrics_folder=shared_metrics_folder,
    )


def _value_of(settings: Settings, name: str) -> str | None:
    """A secret, when it is set."""
    found = settings.secrets.get(name)
    return None if found is None else found.value
