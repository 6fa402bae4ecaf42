"""A public service that tells its applicant something, then waits for a clerk: `a_notified_service()`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.casework.contact import Channel, QuietHours
from engine.casework.notice import Letter, NoticeBasis
from engine.clock import Clock
from engine.connectors.contract import Connector
from engine.connectors.demo import DemoConnector
from engine.connectors.notice import NoticeConnector, NoticeTemplates
from engine.connectors.notice.connector import Carrier
from engine.runtime.draft_notice import WantedNotice, draft_notice, letter_of
from engine.runtime.wiring import Runtime
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import CLERKS, a_passport
from tests.builders.a_runtime import Running, a_runtime

TEMPLATE = """\
subject:
  az: "{{ case.number }}: qərar"
  en: "{{ case.number }}: decision"
text:
  az: "Hörmətli {{ data.name }}, qərar: {{ data.outcome|default('yoxdur') }}."
  en: "Dear {{ data.name }}, decision: {{ data.outcome|default('none') }}."
sms:
  az: "Qərar: {{ portal.address }}"
  en: "Decision: {{ portal.address }}"
"""
TO = {"name": '="Rəşad"', "mail": '="rashad@example.az"', "mobile": '="+994501234567"'}
"""What the task is given: what the applicant wrote of herself."""
PORTAL = "https://services.example.gov"


def a_notified_procedure(inputs: Mapping[str, str] | None = None, **headers: str) -> Drawing:
    """Tell, then let a clerk look."""
    said = {"template": "decided", "retryBackoff": "PT5S", **headers}
    given = dict(TO if inputs is None else inputs)
    process = a_process("permit").start(properties={"milestone": "received"})
    process.service_task("tell", "notice", headers=said, retries="3", inputs=given)
    process.user_task("look", queue=CLERKS, properties={"milestone": "checked"})
    return process.end("end", properties={"outcome": "withdrawn"})


def a_notified_service(inputs: Mapping[str, str] | None = None, **headers: str) -> dict[str, bytes]:
    """The files of the whole service."""
    return {
        "permit.bpmn": a_notified_procedure(inputs, **headers).xml(),
        "service.yaml": a_passport(),
        "decided.notice.yaml": TEMPLATE.encode(),
    }


@dataclass
class Pigeons:
    """A carrier that keeps what it is handed, or does as it is told."""

    flown: list[Letter] = field(default_factory=list)
    says: BaseException | None = None

    def send(self, letter: Letter) -> str:
        """Hand one over."""
        if self.says is not None:
            raise self.says
        self.flown.append(letter)
        return f"pigeon-{len(self.flown)}"

    def check(self) -> None:
        """Nothing to prove."""


def a_notifying_runtime(
    url: str,
    carriers: Mapping[Channel, Carrier],
    *,
    quiet: QuietHours | None = None,
    clock: Clock | None = None,
    more: Iterable[Connector] = (DemoConnector(),),
) -> Running:
    """The use cases with the connector `notice` over a migrated database."""
    made: list[Runtime] = []

    def draft(*, job_id: str, template: str) -> NoticeBasis:
        return draft_notice(made[0], WantedNotice(job_id=job_id, template=template))

    connector = NoticeConnector(
        draft, lambda key: letter_of(made[0], key), carriers, quiet=quiet, portal_address=PORTAL
    )
    running = a_runtime(url, connectors=[connector, *more])
    runtime = replace(running.runtime, notices=NoticeTemplates(), clock=clock or running.runtime.clock)
    made.append(runtime)
    return Running(runtime, replace(running.hands, runtime=runtime))
