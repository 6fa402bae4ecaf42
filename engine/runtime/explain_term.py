"""Why a deadline is what it is: the term of a case, day by day, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.casework.actor import Actor
from engine.casework.closure import closed_days
from engine.casework.look import LookKind
from engine.casework.term import Extension, Stop
from engine.casework.term_days import days_of
from engine.casework.term_words import told
from engine.runtime.act import Act, transact
from engine.runtime.closures import agency_calendar
from engine.runtime.definitions import SERVICE
from engine.runtime.look import looking
from engine.runtime.wiring import Runtime
from engine.store.queries.applications import case_seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDay:
    """One day of a term."""

    day: date
    why: str
    counted: bool
    number: int | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTerm:
    """The term of a case."""

    language: str
    state: str
    """`running`, `stopped`, `passed`, `ended`, or `none` where the law sets no term."""
    deadline_at: datetime | None = None
    length: str | None = None
    """As the law sets it, ISO 8601; extensions stand apart."""
    counting: str | None = None
    legal_basis: str = ""
    silence: str = "nothing"
    """What it means by law when the term passes: nothing, consent or refusal."""
    started_at: datetime | None = None
    stops: tuple[Stop, ...] = ()
    extensions: tuple[Extension, ...] = ()
    days: tuple[ExplainedDay, ...] = ()


def explain_term(runtime: Runtime, case_id: str, *, by: Actor, language: str) -> ExplainedTerm:
    """The deadline of a case and the reason for each day. Raises NotFound, also for who may not see the case."""

    def read(act: Act) -> ExplainedTerm:
        case = case_seen_by(act.work.reading, by, case_id)
        looking(act).at_case(LookKind.term, case_id)
        term = case.term
        if term is None:
            return ExplainedTerm(language=language, state="none")
        calendar = agency_calendar(runtime, act.work, case.agency)
        closures = closed_days(act.work.closures.of_agency(case.agency))
        passport = runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, case.service_key))
        rule = passport.terms.get(term.name)
        days = days_of(term, calendar, case.closed_at or act.at, closures)
        return ExplainedTerm(
            language=language,
            state=_state(case.is_open, case.deadline_at, term.clock_is_stopped, act.at),
            deadline_at=case.deadline_at,
            length=str(term.length),
            counting=str(term.counting),
            legal_basis=rule.legal_basis if rule else "",
            silence=str(rule.silence) if rule else "nothing",
            started_at=term.started_at,
            stops=term.stops,
            extensions=term.extensions,
            days=tuple(
                ExplainedDay(
                    day=one.day,
                    why=str(one.why),
                    counted=one.number is not None,
                    number=one.number,
                    sentence=told(one, language, calendar.holiday_name(one.day, language) if language == "az" else ""),
                )
                for one in days
            ),
        )

    return transact(runtime, by, read)


def _state(is_open: bool, deadline_at: datetime | None, is_stopped: bool, now: datetime) -> str:
    if not is_open:
        return "ended"
    if is_stopped or deadline_at is None:
        return "stopped"
    return "passed" if deadline_at <= now else "running"
