"""`onewindow bench`: figures of expressions and decisions, and of the real server on each database."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status

from engine.errors import Unavailable
from onewindow.bench import jobs as job_bench
from onewindow.bench import journal as journal_bench
from onewindow.bench import policy as policy_bench
from onewindow.bench import report
from onewindow.bench import restore as restore_bench
from onewindow.bench import run as benches
from onewindow.bench.decisions import QUICK, DecisionScale, measure_decisions
from onewindow.bench.documents import measure_documents
from onewindow.bench.journal import measure_journal
from onewindow.bench.policy import measure_policy
from onewindow.bench.temporary_postgresql import NoServer
from onewindow.commands.outcome import Exit, border


@click.command()
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures to a file.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the table to a file.")
@click.option(
    "--database",
    type=click.Choice(["both", "sqlite", "postgresql"]),
    default="both",
    show_default=True,
    help="What to measure the server on.",
)
@click.option(
    "--only",
    type=click.Choice(["decisions", "documents", "journal", "policy", "server", "jobs", "restore"]),
    help="Measure one part: decisions, documents, journal and policy take seconds, server and jobs minutes. The way "
    "back of a backup of 100,000 cases is measured only when it is named: making them takes a quarter of an hour.",
)
@click.option(
    "--postgresql-url",
    envvar="ONEWINDOW_BENCH_POSTGRES_URL",
    show_envvar=True,
    help="An empty PostgreSQL database; without it a server is started for the bench.",
)
@click.option("--quick", is_flag=True, help="A tenth of the work, to see that it runs; the figures say little.")
@click.option("--strict", is_flag=True, help="Exit code 1 when a target is missed.")
@border
def bench(
    out: Path | None,
    markdown: Path | None,
    database: str,
    only: str | None,
    postgresql_url: str | None,
    quick: bool,
    strict: bool,
) -> None:
    """Measure expressions, decisions, documents and journal, then the real server and workers on SQLite and PostgreSQL.

    Each database is a new one; what the bench made itself is removed again. Takes about six minutes. The figures are
    those of this machine at this hour: compare ratios. A database that is named serves one part, with --only.
    """
    console = Console(stderr=True)
    scale, job_scale = (benches.QUICK, job_bench.QUICK) if quick else (benches.Scale(), job_bench.JobScale())
    figures, jobs, restores, decisions, documents, journal, policy = {}, {}, {}, None, None, None, None
    with console.status("starting") as status:
        if only in (None, "decisions"):
            status.update("expressions and decisions")
            decisions = measure_decisions(QUICK if quick else DecisionScale())
        if only in (None, "documents"):
            status.update("documents")
            documents = measure_documents(5 if quick else 30)
        if only in (None, "journal"):
            status.update("the journal")
            with _new_database("sqlite", None) as url:
                journal = measure_journal(url, journal_bench.QUICK if quick else journal_bench.JournalScale())
        if only in (None, "policy"):
            status.update("the policy")
            policy = measure_policy(policy_bench.QUICK_ROUNDS if quick else policy_bench.ROUNDS)
        for name in ("sqlite", "postgresql"):
            if database not in ("both", name):
                continue
            tell = functools.partial(_tell, status, name)
            if only in (None, "server"):
                with _new_database(name, postgresql_url) as url:
                    figures[name] = benches.run(url, scale, tell)
            if only == "jobs" or (only is None and not (name == "postgresql" and postgresql_url)):
                with _new_database(name, postgresql_url) as url:
                    jobs[name] = job_bench.measure_jobs(url, job_scale, tell)
            if only == "restore":
                with _new_database(name, postgresql_url) as url:
                    kept = restore_bench.QUICK if quick else restore_bench.RestoreScale()
                    restores[name] = restore_bench.measure_restore(url, kept, functools.partial(_tell, status, name))
    if decisions is not None:
        Console().print(report.decisions_table(decisions))
    if documents is not None:
        Console().print(report.documents_table(documents))
    if journal is not None:
        Console().print(report.journal_table(journal))
    if policy is not None:
        Console().print(report.policy_table(policy))
    if figures:
        Console().print(report.as_table(figures))
    if jobs:
        Console().print(report.jobs_table(jobs))
    if restores:
        Console().print(report.restore_table(restores))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(
            json.dumps(report.as_json(figures, decisions, documents, jobs, restores, journal, policy), indent=1) + "\n",
            encoding="utf-8",
        )
    if markdown is not None:
        report.write_markdown(figures, markdown)
    if strict and report.missed(figures, decisions, documents, jobs, restores, journal, policy):
        raise SystemExit(Exit.findings)


@contextmanager
def _new_database(name: str, postgresql_url: str | None) -> Iterator[str]:
    """A database of its own. Raises Unavailable where there is no server."""
    try:
        with benches.sqlite_url() if name == "sqlite" else benches.postgresql_url(postgresql_url) as url:
            yield url
    except NoServer as missing:
        raise Unavailable(
            f"PostgreSQL cannot be measured: {missing}.",
            remedy="Name a database with --postgresql-url, or measure --database sqlite.",
        ) from missing


def _tell(status: Status, database: str, what: str) -> None:
    status.update(f"{database}: {what}")
