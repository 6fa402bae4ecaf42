"""Folders of procedures -> report: every scenario on a stage of its own, coverage over all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from engine.bpmn.reader import read_bpmn
from engine.connectors.contract import SettingsSchema
from engine.connectors.demo.connector import DemoConnector
from engine.connectors.http.settings import HttpSettings
from engine.connectors.register.connector import RegisterConnector
from engine.connectors.register.settings import RegisterSettings
from engine.connectors.soap.settings import SoapSettings
from engine.connectors.xroad.settings import XroadSettings
from engine.diagnostics import ModelRefused, errors_in
from engine.errors import OnewindowError
from engine.runtime.passport_file import read_passport_file
from onewindow.bundles import bundle_of, procedures_in
from onewindow.scenarios.coverage import Coverage
from onewindow.scenarios.model import PartnerScript
from onewindow.scenarios.play import play
from onewindow.scenarios.reader import PARTNERS_FILE, read_partners, read_scenario
from onewindow.scenarios.report import Failure, ProcedureReport, ScenarioOutcome, ScenarioReport
from onewindow.scenarios.stage import set_up

FOLDER: Final = "scenarios"
FORM_ONLY: Final[Mapping[str, SettingsSchema]] = {
    "http": HttpSettings(),
    "soap": SoapSettings(),
    "xroad": XroadSettings(),
}
"""Connectors to partners that an operator lists, as they are at the desk of an analyst who has no such list."""
_CONNECTORS: Final[Mapping[str, SettingsSchema]] = {
    **FORM_ONLY,
    RegisterConnector.name: RegisterSettings(),
    DemoConnector.name: DemoConnector.settings,
}
Heard = Callable[[ScenarioOutcome], None]
"""Called after each scenario, to show progress."""


def run_scenarios(
    folder: Path,
    *,
    only: str | None = None,
    heard: Heard | None = None,
    connectors: Mapping[str, SettingsSchema] | None = None,
    zone: str = "Asia/Baku",
) -> ScenarioReport:
    """Run the scenarios of a procedure, or of all procedures in a folder.

    `only` picks scenarios whose file name contains it; `connectors` are names and settings beyond the product's own.
    Raises NoBundle when the folder holds no procedure.
    """
    found = [folder] if (folder / FOLDER).is_dir() or any(folder.glob("*.bpmn")) else procedures_in(folder)
    known = {**_CONNECTORS, **(connectors or {})}
    return ScenarioReport(procedures=tuple(_procedure(each, only, heard, known, zone) for each in found))


def _procedure(
    folder: Path, only: str | None, heard: Heard | None, connectors: Mapping[str, SettingsSchema], zone: str
) -> ProcedureReport:
    try:
        files = bundle_of(folder)
        shared = read_partners(folder / FOLDER)
        passport = read_passport_file(files["service.yaml"]) if "service.yaml" in files else None
    except ModelRefused as refused:
        return ProcedureReport(folder=str(folder), faults=tuple(str(each) for each in errors_in(refused.diagnostics)))
    except OnewindowError as fault:
        return ProcedureReport(folder=str(folder), faults=(str(fault),))
    paths = [
        path
        for path in sorted((folder / FOLDER).glob("*.yaml"))
        if path.name != PARTNERS_FILE and (only is None or only in path.name)
    ]
    if passport is None or not paths:
        return ProcedureReport(folder=str(folder), faults=("There is no scenario to run, or no service.yaml.",))
    passed: dict[str, set[str]] = {}
    outcomes = []
    for path in paths:
        outcome = _run(path, shared, files, passport.key, passport.country, connectors, zone, passed)
        outcomes.append(outcome)
        if heard is not None:
            heard(outcome)
    return ProcedureReport(folder=str(folder), outcomes=tuple(outcomes), coverage=_coverage(files, passed))


def _run(
    path: Path,
    shared: tuple[PartnerScript, ...],
    files: Mapping[str, bytes],
    service_key: str,
    country: str,
    connectors: Mapping[str, SettingsSchema],
    zone: str,
    passed: dict[str, set[str]],
) -> ScenarioOutcome:
    begun = time.perf_counter()
    title = path.stem
    failures: tuple[Failure, ...] = ()
    try:
        scenario = read_scenario(path, shared)
        title = scenario.title
        with set_up(scenario, files, connectors, country, zone) as stage:
            failures = play(scenario, stage, service_key)
            for process_id, elements in stage.kernel.passed.items():
                passed.setdefault(process_id, set()).update(elements)
    except ModelRefused as refused:
        told = (str(each) for each in errors_in(refused.diagnostics))
        failures = tuple(Failure(file=path.name, line=None, step=None, message=message) for message in told)
    except OnewindowError as fault:
        failures = (Failure(file=path.name, line=None, step=None, message=str(fault)),)
    return ScenarioOutcome(file=path.name, title=title, failures=failures, seconds=time.perf_counter() - begun)


def _coverage(files: Mapping[str, bytes], passed: Mapping[str, set[str]]) -> tuple[Coverage, ...]:
    found = []
    for name, content in files.items():
        if not name.endswith(".bpmn"):
            continue
        definitions, _ = read_bpmn(content, file=name)
        for process in definitions.processes.values():
            if process.executable:
                found.append(Coverage.of(definitions, process.id, frozenset(passed.get(process.id, ()))))
    return tuple(found)
