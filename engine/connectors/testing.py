"""What every connector keeps, whoever wrote it: one suite of tests, for ours and for those of agencies' packages.

A package subclasses `ConnectorContract` in its own tests and gives a `Candidate`; pytest then runs every test of it:

    class TestFax(ConnectorContract):
        @pytest.fixture
        def candidate(self) -> Candidate:
            return Candidate(connector=FaxConnector(...), succeeds=JobRequest(...), ...)

Nothing here needs pytest, nor the database or the web: a connector alone is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.connectors.contract import (
    BusinessError,
    Connector,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    SettingsSchema,
    Success,
)
from engine.connectors.element_templates import templates_of

LANGUAGES = ("az", "en", "ru")


def _nothing() -> Iterable[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A connector, and jobs that end in each of the ways a job can end."""

    connector: Connector
    succeeds: JobRequest
    fails_for_now: JobRequest
    is_refused: JobRequest
    ends_in_a_business_error: JobRequest | None = None
    """None for a connector that throws none: its schema then names none."""
    before: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """What the partner is told first, by the name of the job; `check` is one of them."""
    gives: Mapping[str, Any] | Callable[[Mapping[str, Any]], bool] = field(default_factory=dict)
    """The variables of the job that goes well, or what must hold of them."""
    personal: tuple[str, ...] = ()
    """Values of the jobs that tell of a person: no message may repeat them."""
    keys_seen: Callable[[], Iterable[str]] = _nothing
    """The idempotency keys that the partner was shown."""
    methods_seen: Callable[[], Iterable[str]] = _nothing
    """The methods by which the partner was called."""

    def run(self, which: str) -> JobOutcome:
        """Call one of the jobs, by its name here."""
        self.before.get(which, _nothing)()
        request: JobRequest = getattr(self, which)
        return self.connector.call(request)


class ConnectorContract:
    """The tests. A subclass has the fixture `candidate`."""

    def test_its_name_can_stand_in_a_model(self, candidate: Candidate) -> None:
        """Small letters, and the same each time."""
        name = candidate.connector.name
        assert name
        assert name == name.strip().lower()
        assert name == candidate.connector.name

    def test_its_settings_are_a_schema(self, candidate: Candidate) -> None:
        """Each setting stands once and is explained."""
        schema = candidate.connector.settings
        assert isinstance(schema, SettingsSchema)
        names = [setting.name for setting in schema.settings]
        assert len(names) == len(set(names))
        assert all(setting.description for setting in schema.settings)

    def test_the_settings_of_a_job_that_goes_well_are_without_fault(self, candidate: Candidate) -> None:
        """Save for the engine's own connectors, which no model can name at all."""
        faults = candidate.connector.settings.faults(candidate.succeeds.headers)
        assert bool(faults) != _is_for_models(candidate), faults

    def test_a_setting_it_does_not_know_is_a_fault(self, candidate: Candidate) -> None:
        """It is named."""
        headers = {**candidate.succeeds.headers, "shoe-size": "43"}
        assert any("shoe-size" in fault for fault in candidate.connector.settings.faults(headers))

    def test_a_setting_that_is_missing_is_a_fault_with_its_name(self, candidate: Candidate) -> None:
        """For each that is needed."""
        schema = candidate.connector.settings
        for setting in schema.settings:
            if setting.required:
                headers = {key: value for key, value in candidate.succeeds.headers.items() if key != setting.name}
                assert any(setting.name in fault for fault in schema.faults(headers)), setting.name

    def test_modelers_get_a_template_of_it_in_each_language(self, candidate: Candidate) -> None:
        """With a field for each setting; none for the engine's own."""
        for language in LANGUAGES:
            found = list(templates_of(candidate.connector, language))
            if not _is_for_models(candidate):
                assert found == []
                continue
            bindings = [one["binding"] for one in found[0]["properties"]]
            assert {"type": "zeebe:taskDefinition", "property": "type"} in bindings
            written = {binding.get("key") for binding in bindings}
            assert {setting.name for setting in candidate.connector.settings.settings} <= written

    def test_success_gives_variables(self, candidate: Candidate) -> None:
        """Those that were expected."""
        outcome = candidate.run("succeeds")
        assert isinstance(outcome, Success)
        if callable(candidate.gives):
            assert candidate.gives(outcome.variables), outcome.variables
        else:
            assert outcome.variables == candidate.gives

    def test_a_partner_that_is_down_is_unavailable_for_now(self, candidate: Candidate) -> None:
        """With the seconds to wait and what to do when it stays so."""
        fault = _fault(candidate, "fails_for_now")
        assert isinstance(fault, PartnerUnavailable), fault
        assert fault.retry_after_seconds >= 1
        assert fault.remedy

    def test_what_repeating_cannot_mend_is_refused_with_a_remedy(self, candidate: Candidate) -> None:
        """For the operator who finds the incident."""
        fault = _fault(candidate, "is_refused")
        assert isinstance(fault, PartnerRefused), fault
        assert fault.remedy

    def test_a_proper_negative_answer_is_a_business_error_with_a_code(self, candidate: Candidate) -> None:
        """A connector that throws none names none to modelers."""
        about = candidate.connector.settings.about
        if candidate.ends_in_a_business_error is None:
            assert about is None or about.errors == ()
            return
        outcome = candidate.run("ends_in_a_business_error")
        assert isinstance(outcome, BusinessError)
        assert outcome.code
        assert outcome.message

    def test_its_messages_hold_no_personal_data(self, candidate: Candidate) -> None:
        """They are shown to operators and stand in logs."""
        told = [str(_fault(candidate, "fails_for_now")), str(_fault(candidate, "is_refused"))]
        if candidate.ends_in_a_business_error is not None:
            outcome = candidate.run("ends_in_a_business_error")
            assert isinstance(outcome, BusinessError)
            told.append(outcome.message)
        assert [value for value in candidate.personal for text in told if value in text] == []

    def test_checking_it_changes_nothing(self, candidate: Candidate) -> None:
        """It asks, and writes nothing."""
        candidate.before.get("check", _nothing)()
        candidate.connector.check()
        assert set(candidate.methods_seen()) <= {"GET", "HEAD"}

    def test_every_attempt_shows_the_partner_the_same_idempotency_key(self, candidate: Candidate) -> None:
        """A call is made at least once; the key lets the partner see a repetition."""
        candidate.run("succeeds")
        candidate.run("succeeds")
        assert set(candidate.keys_seen()) <= {candidate.succeeds.idempotency_key}


def _is_for_models(candidate: Candidate) -> bool:
    about = candidate.connector.settings.about
    return about is None or about.is_for_models


def _fault(candidate: Candidate, which: str) -> BaseException | None:
    """What a job raises; None when it raises nothing."""
    try:
        candidate.run(which)
    except (PartnerUnavailable, PartnerRefused) as fault:
        return fault
    return None
