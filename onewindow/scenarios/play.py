"""Plays a scenario step by step and notes what was not as it says. A step that cannot be done ends the scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.calendar import Length
from engine.casework.actor import SYSTEM, Actor
from engine.casework.payment import ProviderState
from engine.casework.separation import DutiesSeparated
from engine.errors import Invalid, OnewindowError
from engine.feel import from_json, parse_expression
from engine.identity import QueueName
from engine.runtime.apply import apply
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.look_at_payment import look_now
from engine.runtime.publish_message import publish_message
from engine.runtime.withdraw import withdraw
from engine.store.queries.payments import payments_of_case
from onewindow.scenarios.model import (
    Advance,
    Apply,
    Complete,
    Expect,
    PartnerScript,
    Pay,
    Scenario,
    SendMessage,
    Step,
    Withdraw,
)
from onewindow.scenarios.report import Failure
from onewindow.scenarios.stage import Stage
from onewindow.scenarios.standing import OpenTask, Standing, next_due, standing
from onewindow.scenarios.working import work_off

MOST_MOMENTS: Final = 2_000
"""Moments at which something falls due within one step of time."""


_MOST_CLERKS = 20
"""Of one queue, in one scenario."""


class CannotGoOn(Exception):
    """A step could not be done, so that the rest makes no sense."""


def play(scenario: Scenario, stage: Stage, service_key: str) -> tuple[Failure, ...]:
    """What was not as the scenario says; empty when all was."""
    return tuple(_Playing(scenario, stage, service_key).failures())


class _Playing:
    """One scenario on its stage."""

    def __init__(self, scenario: Scenario, stage: Stage, service_key: str) -> None:
        self._scenario, self._stage, self._service_key = scenario, stage, service_key
        self._case_id: str | None = None
        self._case_number = ""

    def failures(self) -> Iterator[Failure]:
        """Do every step; tell what was otherwise."""
        for number, step in enumerate(self._scenario.steps, 1):
            line = self._scenario.lines[number - 1] if number <= len(self._scenario.lines) else None
            try:
                told = list(self._do(step))
            except (CannotGoOn, OnewindowError) as fault:
                yield Failure(file=self._scenario.file, line=line, step=number, message=str(fault))
                return
            for message in told:
                yield Failure(file=self._scenario.file, line=line, step=number, message=message)

    def _do(self, step: Step) -> Iterator[str]:
        if isinstance(step, Apply):
            yield from self._apply(step)
        elif isinstance(step, Complete):
            yield from self._complete(step)
        elif isinstance(step, Advance):
            self._advance(step)
        elif isinstance(step, SendMessage):
            runtime, key = self._stage.runtime, step.key or self._case_number
            publish_message(runtime, step.name, key, from_json(dict(step.variables)), by=SYSTEM)
        elif isinstance(step, Pay):
            self._pay(step)
        elif isinstance(step, Withdraw):
            withdraw(self._stage.runtime, self._case(), by=self._stage.applicant)
        elif isinstance(step, PartnerScript):
            self._stage.partners.follow(step)
        if not isinstance(step, Expect):
            work_off(self._stage)
            return
        yield from _differences(step, self._standing(), self._stage, self._local_zone())

    def _apply(self, step: Apply) -> Iterator[str]:
        try:
            case = apply(self._stage.runtime, self._service_key, dict(step.answers), by=self._stage.applicant)
        except Invalid as refused:
            yield from _refusal(step.refused, refused)
            return
        if step.refused is not None:
            yield f"Expected the application to be refused at {', '.join(step.refused)}; it was taken."
        self._case_id, self._case_number = case.id, str(case.number)

    def _complete(self, step: Complete) -> Iterator[str]:
        task = self._task(step.task)
        try:
            actor = self._taken(step, task)
            proved = replace(actor, second_factor_at=self._stage.runtime.clock.now())
            complete(self._stage.runtime, task.id, dict(step.answers), by=proved)
        except Invalid as refused:
            yield from _refusal(step.refused, refused)
            return
        if step.refused is not None:
            yield f"Expected the answers to be refused at {', '.join(step.refused)}; they were taken."

    def _advance(self, step: Advance) -> None:
        stage = self._stage
        target = step.until
        if target is None:
            length = Length.parse(step.length or "")
            if length.years or length.months:
                raise CannotGoOn("Expected days, hours, minutes or seconds; for months say `until`.")
            target = stage.clock.now() + timedelta(
                weeks=length.weeks,
                days=length.days,
                hours=length.hours,
                minutes=length.minutes,
                seconds=length.seconds,
            )
        if target < stage.clock.now():
            raise CannotGoOn(f"Expected time to go on, but {target.isoformat()} is past.")
        for _ in range(MOST_MOMENTS):
            due = next_due(stage.runtime.database)
            if due is None or due > target:
                break
            stage.clock.set(max(due, stage.clock.now()))
            work_off(stage)
        else:
            raise CannotGoOn(f"More than {MOST_MOMENTS} things fall due: does a timer repeat without end?")
        stage.clock.set(target)

    def _pay(self, step: Pay) -> None:
        """The person acts at the provider's page and comes back: the provider is asked."""
        case_id = self._case()
        with self._stage.runtime.database.read() as connection:
            found = [row.payment for row in payments_of_case(connection, case_id) if row.payment.is_open]
        if not found:
            raise CannotGoOn(f"There is no open payment.{_why(self._standing())}")
        self._stage.payments.leave(found[-1].provider_id, ProviderState(step.outcome))
        look_now(self._stage.runtime, found[-1].reference)

    # Who and what.

    def _case(self) -> str:
        if self._case_id is None:
            raise CannotGoOn("There is no case yet: begin with `- apply: {...}`.")
        return self._case_id

    def _standing(self) -> Standing:
        return standing(self._stage.runtime.database, self._case())

    def _task(self, element_id: str) -> OpenTask:
        now = self._standing()
        for task in now.tasks:
            if task.element_id == element_id:
                return task
        there = _listed(task.element_id for task in now.tasks)
        raise CannotGoOn(f"Expected an open task {element_id!r}, found {there}.{_why(now)}")

    def _taken(self, step: Complete, task: OpenTask) -> Actor:
        """Who has claimed the task; where nobody is named, the first clerk whom the model lets do it."""
        if step.by == "applicant" or (step.by is None and task.queue is None):
            return self._claimed(task, self._stage.applicant)
        written, _, name = (step.by or task.queue or "").partition("#")
        queue = QueueName.parse(written)
        for number in range(1, _MOST_CLERKS):
            try:
                return self._claimed(task, self._stage.clerk_of(queue, name))
            except DutiesSeparated:
                if step.by is not None:
                    raise
                name = f"{number + 1}"
        raise CannotGoOn(f"None of {_MOST_CLERKS} clerks of {queue} may do the task {step.task!r}.")

    def _claimed(self, task: OpenTask, actor: Actor) -> Actor:
        if task.assignee != actor.account:
            claim(self._stage.runtime, task.id, by=actor)
        return actor

    def _local_zone(self) -> ZoneInfo:
        return ZoneInfo(self._stage.runtime.calendar.timezone)


def _differences(step: Expect, now: Standing, stage: Stage, zone: ZoneInfo) -> Iterator[str]:
    """What is otherwise than expected, each in one sentence."""
    decision = now.decision
    deadline = now.deadline_at.astimezone(zone).date().isoformat() if now.deadline_at else "none"
    owners = {
        task.element_id: "applicant" if task.assignee == stage.applicant.account else task.queue for task in now.tasks
    }
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("state", step.state, str(now.state)),
        ("milestone", step.milestone, now.milestone),
        ("outcome", step.outcome, str(decision.outcome) if decision else None),
        ("clock", step.clock, "stopped" if now.clock_is_stopped else "running"),
        ("deadline", step.deadline, deadline),
    )
    for name, wanted, found in pairs:
        if wanted is not None and wanted != found:
            yield f"Expected {name} {wanted!r}, found {found!r}."
    lists: tuple[tuple[str, tuple[str, ...] | None, list[str]], ...] = (
        ("open tasks", step.tasks, [task.element_id for task in now.tasks]),
        ("reasons", step.reasons, [reason.code for reason in decision.reasons] if decision else []),
        ("incidents", step.incidents, list(now.incidents)),
    )
    for name, listed, there in lists:
        if listed is not None and sorted(listed) != sorted(there):
            yield f"Expected {name} {_listed(listed)}, found {_listed(there)}.{_why(now)}"
    if step.payments is not None and step.payments != now.payments:
        told = (", ".join(each) or "none" for each in (step.payments, now.payments))
        yield "Expected payments {}, found {}.".format(*told)
    if step.notices is not None and step.notices != now.notices:
        said = (", ".join(each) or "none" for each in (step.notices, now.notices))
        yield "Expected notices {}, found {}.".format(*said)
    maps: tuple[tuple[str, Mapping[str, Any] | None, Mapping[str, Any]], ...] = (
        ("queue of", step.queues, owners),
        ("evidence", step.evidence, now.evidence),
        ("calls of", step.calls, stage.partners.calls),
    )
    for name, entries, known in maps:
        for key, value in (entries or {}).items():
            if known.get(key) != value:
                yield f"Expected {name} {key} to be {value}, found {known.get(key)}."
    for condition in step.holds:
        held = parse_expression(condition.removeprefix("=")).evaluate(stage.kernel.variables, now=stage.clock.now())
        if held.value is not True:
            warned = f" ({'; '.join(str(warning) for warning in held.warnings)})" if held.warnings else ""
            yield f"Expected {condition} to hold, found {held.value!r}{warned}."


def _refusal(expected: Mapping[str, str] | None, refused: Invalid) -> Iterator[str]:
    found = {place.path: place.code for place in refused.places}
    if expected is None:
        told = ", ".join(f"{place.path}: {place.message}" for place in refused.places)
        raise CannotGoOn(f"It was refused: {refused.message} {told}")
    if dict(expected) != found:
        yield f"Expected a refusal at {dict(expected)}, found {found}."


def _why(now: Standing) -> str:
    return "".join(f" Incident at {where}: {what}" for where, what in now.incidents.items())


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"
