"""Notices of a scenario: written and kept as always; mail and SMS are taken and go nowhere.

So a template that cannot be filled fails its scenario. A scenario may let the connector be down, like any partner.
"""

from __future__ import annotations

from typing import Final

from engine.casework.contact import Channel
from engine.casework.notice import Letter, NoticeBasis
from engine.connectors.contract import JobOutcome, JobRequest, PartnerRefused, PartnerUnavailable
from engine.connectors.notice import NoticeConnector
from engine.runtime.draft_notice import WantedNotice, draft_notice, letter_of
from engine.runtime.wiring import Runtime
from onewindow.scenarios.model import PartnerMood
from onewindow.scenarios.partners import Partners


class ScenarioNotices:
    """The connector `notice` on a stage; `runtime` is set when the stage has one."""

    name: Final = NoticeConnector.name
    settings: Final = NoticeConnector.settings

    def __init__(self, partners: Partners) -> None:
        self._partners = partners
        self.runtime: Runtime | None = None
        taken = {channel: _Taken() for channel in Channel}
        self._real = NoticeConnector(self._draft, self._letter, taken, quiet=None, portal_address="https://example.gov")

    def call(self, request: JobRequest) -> JobOutcome:
        """The notice, unless the scenario says that it is down. Raises PartnerUnavailable, PartnerRefused."""
        script = self._partners.meet(self.name, request)
        if script is not None and script.mood is PartnerMood.down:
            raise PartnerUnavailable("Notices cannot be written now.")
        if script is not None and script.mood is PartnerMood.refuses:
            raise PartnerRefused("The notice is refused.")
        return self._real.call(request)

    def check(self) -> None:
        """Nothing to prove."""

    def _draft(self, *, job_id: str, template: str) -> NoticeBasis:
        assert self.runtime is not None
        return draft_notice(self.runtime, WantedNotice(job_id=job_id, template=template))

    def _letter(self, delivery_id: str) -> Letter | None:
        assert self.runtime is not None
        return letter_of(self.runtime, delivery_id)


class _Taken:
    """A mail server, or a gateway, that takes everything."""

    def send(self, letter: Letter) -> str:
        return letter.delivery.id

    def check(self) -> None:
        """Nothing to prove."""
