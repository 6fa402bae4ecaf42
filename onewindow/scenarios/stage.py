"""The stage of one scenario: a database of its own, the real use cases, a clock moved by hand, played partners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.calendar import WorkingCalendar
from engine.casework.actor import SYSTEM, Actor
from engine.clock import FrozenClock
from engine.connectors.contract import SettingsSchema
from engine.connectors.document.templates import DocumentTemplates
from engine.connectors.notice import NoticeTemplates
from engine.connectors.registry import Registry
from engine.identity import QueueName, new_key
from engine.runtime.definitions import DefinitionCache
from engine.runtime.deploy import deploy
from engine.runtime.wiring import Runtime
from engine.store.database import Database
from engine.store.encryption.master import MasterKeys
from engine.store.migrate import upgrade
from onewindow.compose import FormFiles
from onewindow.scenarios.coverage import WatchedKernel
from onewindow.scenarios.documents import ScenarioDocuments
from onewindow.scenarios.model import Scenario
from onewindow.scenarios.notices import ScenarioNotices
from onewindow.scenarios.partners import Partners, ScriptedConnector
from onewindow.scenarios.payments import ScriptedPayments


@dataclass(slots=True)
class Stage:
    """Everything one running scenario stands on."""

    runtime: Runtime
    clock: FrozenClock
    partners: Partners
    registry: Registry
    kernel: WatchedKernel
    payments: ScriptedPayments
    applicant: Actor
    clerks: dict[tuple[QueueName, str], Actor] = field(default_factory=dict)

    def clerk_of(self, queue: QueueName, name: str = "") -> Actor:
        """A clerk of a queue: the same one each time for a name, and without one."""
        if (queue, name) not in self.clerks:
            shown = f"Clerk {name} of {queue}".replace("  ", " ")
            self.clerks[queue, name] = Actor(account=new_key(), name=shown, queues=frozenset({queue}))
        return self.clerks[queue, name]


@contextmanager
def set_up(
    scenario: Scenario, files: Mapping[str, bytes], connectors: Mapping[str, SettingsSchema], country: str, zone: str
) -> Iterator[Stage]:
    """The stage with the procedure deployed. Raises ModelRefused when it cannot be."""
    with TemporaryDirectory(prefix="onewindow-scenario-") as folder:
        url = f"sqlite:///{Path(folder) / 'scenario.db'}"
        upgrade(url)
        database = Database(url, keys=MasterKeys.for_the_moment(), pool_size=2)
        clock = FrozenClock(scenario.at)
        partners = Partners(scenario.partners)
        payments = ScriptedPayments(partners)
        documents = ScenarioDocuments(partners, Path(folder) / "files", clock)
        notices = ScenarioNotices(partners)
        others = [
            ScriptedConnector(name, schema, partners)
            for name, schema in connectors.items()
            if name not in (payments.name, documents.name, notices.name)
        ]
        registry = Registry([payments, documents, notices, *others])
        kernel, forms = WatchedKernel(SpiffKernel()), FormFiles()
        runtime = Runtime(
            database=database,
            kernel=kernel,
            clock=clock,
            calendar=WorkingCalendar(country, timezone=zone),
            forms=forms,
            definitions=DefinitionCache(kernel, forms),
            job_types=dict(registry.schemas),
            storage=documents.storage,
            templates=DocumentTemplates(),
            notices=NoticeTemplates(),
        )
        documents.runtime = notices.runtime = runtime
        applicant = Actor(account=new_key(), name=scenario.applicant.name, pin=scenario.applicant.pin, citizen=True)
        stage = Stage(runtime, clock, partners, registry, kernel, payments, applicant)
        try:
            deploy(runtime, files, by=_deployer())
            yield stage
        finally:
            database.close()


def _deployer() -> Actor:
    return Actor(account=SYSTEM.account, name=SYSTEM.name, analyst=True, operator=True)
