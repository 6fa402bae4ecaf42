"""Figures of each database and of decisions, their targets, and how they are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from onewindow.bench.decisions import DecisionFigures
from onewindow.bench.documents import DocumentFigures
from onewindow.bench.jobs import JobFigures
from onewindow.bench.journal import JournalFigures
from onewindow.bench.policy import PolicyFigures
from onewindow.bench.restore import RestoreFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on one database. Milliseconds are of whole HTTP requests, seen by the client."""

    start_ms_p50: float
    complete_ms_p50: float
    complete_ms_p99: float
    complete_ms_p99_8: float
    """The same with eight clients at once."""
    instance_ms_p50: float
    """A whole *permit*: start and two completions."""
    instances_per_s_1: float
    instances_per_s_8: float
    auto_ms_p50: float
    """Ten scripts in one start."""
    parallel_ms_p50: float
    """Five user tasks, start to end."""
    queue_page_ms_p50: float
    loop_round_10_ms: float
    loop_round_1000_ms: float
    loop_ratio_1000_to_10: float
    bytes_per_instance: float
    """A finished *permit* in all tables and indexes."""
    server_rss_mb: float
    restart_s: float
    """From the start of the program to the first answered queue page, with 10,000 open tasks."""


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on one figure."""

    bound: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


def targets(database: str) -> Mapping[str, Target]:
    """The bounds for one database, by the name of the figure."""
    return {
        "start_ms_p50": Target(4),
        "complete_ms_p50": Target(3 if database == "sqlite" else 4),
        "complete_ms_p99": Target(15),
        "complete_ms_p99_8": Target(60),
        "instances_per_s_1": Target(100, at_least=True),
        "queue_page_ms_p50": Target(8),
        "loop_ratio_1000_to_10": Target(1.1),
        "bytes_per_instance": Target(6_000),
        "restart_s": Target(3),
    }


DECISION_TARGETS: Mapping[str, Target] = {
    "feel_per_s": Target(800_000, at_least=True),
    "dmn_table_per_s": Target(40_000, at_least=True),
    "dmn_traced_per_s": Target(20_000, at_least=True),
    "feel_parse_ms": Target(1),
}


DOCUMENT_TARGETS: Mapping[str, Target] = {"signed_pdf_ms_p50": Target(400)}


POLICY_TARGETS: Mapping[str, Target] = {"policy_us": Target(50)}
"""In process; a decision is made several times a request."""

JOURNAL_TARGETS: Mapping[str, Target] = {
    "journal_ms": Target(0.4),
    # a million in thirty seconds
    "verify_entries_per_s": Target(33_334, at_least=True),
}


JOB_TARGETS: Mapping[str, Target] = {
    "service_jobs_per_s_1": Target(300, at_least=True),
    "service_jobs_ratio_2_to_1": Target(1.7, at_least=True),
    "timer_lag_ms_p99": Target(1_000),
    "due_timers_drained_s": Target(60),
    "idle_cpu_percent": Target(1),
}
"""The bounds for workers, the same on both databases."""
RESTORE_TARGETS: Mapping[str, Target] = {"restore_s": Target(300)}
"""The bound for the way back of 100,000 cases, the same on both databases."""


def missed(
    figures: Mapping[str, Figures],
    decisions: DecisionFigures | None = None,
    documents: DocumentFigures | None = None,
    jobs: Mapping[str, JobFigures] | None = None,
    restores: Mapping[str, RestoreFigures] | None = None,
    journal: JournalFigures | None = None,
    policy: PolicyFigures | None = None,
) -> list[str]:
    """Names of the figures that miss their target, with the database."""
    slow = [
        figure
        for figure, target in DECISION_TARGETS.items()
        if decisions is not None and not target.is_met(getattr(decisions, figure))
    ]
    slow += [
        figure
        for figure, target in DOCUMENT_TARGETS.items()
        if documents is not None and not target.is_met(getattr(documents, figure))
    ]
    slow += [
        figure
        for figure, target in JOURNAL_TARGETS.items()
        if journal is not None and not target.is_met(getattr(journal, figure))
    ]
    slow += [
        figure
        for figure, target in POLICY_TARGETS.items()
        if policy is not None and not target.is_met(getattr(policy, figure))
    ]
    slow += [
        f"{database}.{figure}"
        for database, work in (jobs or {}).items()
        for figure, target in JOB_TARGETS.items()
        if not target.is_met(getattr(work, figure))
    ]
    slow += [
        f"{database}.{figure}"
        for database, restored in (restores or {}).items()
        for figure, target in RESTORE_TARGETS.items()
        if not target.is_met(getattr(restored, figure))
    ]
    return slow + [
        f"{database}.{figure}"
        for database, found in figures.items()
        for figure, target in targets(database).items()
        if not target.is_met(getattr(found, figure))
    ]


def machine() -> dict[str, Any]:
    """What the figures were measured on: cores and memory, not the machine's name."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages * size / 2**30),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def as_json(
    figures: Mapping[str, Figures],
    decisions: DecisionFigures | None = None,
    documents: DocumentFigures | None = None,
    jobs: Mapping[str, JobFigures] | None = None,
    restores: Mapping[str, RestoreFigures] | None = None,
    journal: JournalFigures | None = None,
    policy: PolicyFigures | None = None,
) -> dict[str, Any]:
    """The document that `--json` writes: figures of one process by their names, those of a database under its name."""
    measured = {} if decisions is None else asdict(decisions)
    measured |= {} if documents is None else asdict(documents)
    measured |= {} if journal is None else asdict(journal)
    measured |= {} if policy is None else asdict(policy)
    for found in (figures, jobs or {}, restores or {}):
        for name, one in found.items():
            measured[name] = measured.get(name, {}) | asdict(one)
    return {"machine": machine(), **measured}


def as_table(figures: Mapping[str, Figures]) -> Table:
    """The table of the server that is printed: a row a figure, a column a database, the target beside it."""
    bounds = {name: targets(name) for name in figures}
    return _beside("Onewindow over HTTP", list(Figures.__dataclass_fields__), figures, bounds)


def jobs_table(found: Mapping[str, JobFigures]) -> Table:
    """The table of workers that is printed, in the same form."""
    return _beside("Workers", list(JobFigures.__dataclass_fields__), found, dict.fromkeys(found, JOB_TARGETS))


def restore_table(found: Mapping[str, RestoreFigures]) -> Table:
    """The table of backup and restore that is printed, in the same form."""
    names = list(RestoreFigures.__dataclass_fields__)
    return _beside("Backup and restore", names, found, dict.fromkeys(found, RESTORE_TARGETS))


def _beside(
    title: str,
    names: Sequence[str],
    found: Mapping[str, Figures] | Mapping[str, JobFigures] | Mapping[str, RestoreFigures],
    bounds: Mapping[str, Mapping[str, Target]],
) -> Table:
    """A row a figure, a column a database, the target beside it."""
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    for database in found:
        table.add_column(database, justify="right")
        table.add_column("target", justify="right")
    for name in names:
        cells: list[str] = []
        for database, one in found.items():
            cells += _told(getattr(one, name), bounds[database].get(name))
        table.add_row(name, *cells)
    return table


def decisions_table(found: DecisionFigures) -> Table:
    """The table of expressions and decisions that is printed."""
    return _values_table("Expressions and decisions, in process, on one core", found, DECISION_TARGETS)


def documents_table(found: DocumentFigures) -> Table:
    """The table of documents that is printed."""
    return _values_table("Documents, in process, on one core", found, DOCUMENT_TARGETS)


def journal_table(found: JournalFigures) -> Table:
    """The table of the journal that is printed."""
    return _values_table("The journal, in process, on SQLite", found, JOURNAL_TARGETS)


def policy_table(found: PolicyFigures) -> Table:
    """The table of the policy that is printed."""
    return _values_table("The policy, in process", found, POLICY_TARGETS)


def _values_table(title: str, found: object, bounds: Mapping[str, Target | None]) -> Table:
    """A row a figure, its value and the target beside it."""
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("target", justify="right")
    for figure, target in bounds.items():
        table.add_row(figure, *_told(getattr(found, figure), target))
    return table


def _told(value: float, target: Target | None) -> list[str]:
    """A figure with its verdict, and its target."""
    mark = "" if target is None else (" ok" if target.is_met(value) else " MISSED")
    return [f"{value:,.2f}{mark}", "" if target is None else str(target)]


def write_markdown(figures: Mapping[str, Figures], path: Path) -> None:
    """The same table for `docs/benchmarks.md`."""
    names = list(figures)
    lines = ["| figure | " + " | ".join(f"{name} | target" for name in names) + " |"]
    lines.append("|---|" + "---:|---:|" * len(names))
    for figure in Figures.__dataclass_fields__:
        cells = []
        for name in names:
            target = targets(name).get(figure)
            cells += [f"{getattr(figures[name], figure):,.2f}", str(target or "")]
        lines.append(f"| `{figure}` | " + " | ".join(cells) + " |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
