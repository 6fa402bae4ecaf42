"""The command line `onewindow`. Thin: a command is loaded when it is called, so that `--help` answers at once."""

# ruff: noqa: ARG002 (the arguments are click's)
from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from onewindow import __version__
from onewindow.commands.outcome import CODES, Exit

_COMMANDS: Final = {
    "run": ("onewindow.commands.run", "Everything embedded: database, procedures, web server, worker, sandbox."),
    "serve": ("onewindow.commands.serve", "The web server: REST API and its documentation."),
    "worker": ("onewindow.commands.worker", "A worker: fires timers, calls registers, repeats what failed."),
    "health": ("onewindow.commands.health", "Ask the web server or worker of this machine how it is."),
    "migrate": ("onewindow.commands.migrate", "Bring the database's tables to this version."),
    "backup": ("onewindow.commands.backup", "Write database and files into a folder, while everything runs."),
    "restore": ("onewindow.commands.restore", "Read a backup into an empty database, and check it."),
    "check": ("onewindow.commands.check", "Check that everything that is kept holds together."),
    "audit": ("onewindow.commands.audit", "Seal the journal, and check that nothing of it was changed."),
    "deploy": ("onewindow.commands.deploy", "Deploy folders of procedures, each all or nothing."),
    "lint": ("onewindow.commands.models", "Check models, decisions and forms without deploying."),
    "inspect": ("onewindow.commands.models", "Show every element of a model with type, line and findings."),
    "feel": ("onewindow.commands.feel", "Evaluate a FEEL expression, or many at a prompt."),
    "dmn": ("onewindow.commands.dmn", "Try a decision of a DMN file, with the reasons for its answer."),
    "deadline": ("onewindow.commands.deadline", "When a term ends, and which of its days count, with reasons."),
    "test": ("onewindow.commands.scenarios", "Run the scenarios of procedures, with coverage of elements."),
    "conformance": ("onewindow.commands.conformance", "Read other people's models and report what runs."),
    "templates": ("onewindow.commands.templates", "Element templates of the connectors, for modelers."),
    "account": ("onewindow.commands.account", "Accounts and their roles."),
    "agency": ("onewindow.commands.agency", "Agencies and their administrators."),
    "company": ("onewindow.commands.company", "Accounts of companies, and mandates that a register proves."),
    "token": ("onewindow.commands.token", "API tokens of accounts."),
    "payments": ("onewindow.commands.payments", "The payment provider's daily file, and revenue of agencies."),
    "retention": ("onewindow.commands.retention", "Records of closed cases: what is archived and erased by when."),
    "policy": ("onewindow.commands.policy", "Who may do what, as a table made from the rules."),
    "keys": ("onewindow.commands.keys", "Keys of personal data: status, encryption, another master key."),
    "bench": ("onewindow.commands.bench", "Measure the real server on each database."),
}


class _Commands(click.Group):
    """Commands by name, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        found: click.Command = getattr(module, cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    epilog=CODES + " Settings are environment variables ONEWINDOW_...; see docs/operator/settings.md.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="onewindow")
def commands() -> None:
    """Onewindow: public services behind one window. Administrative procedures run as BPMN models."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, by default that of this process's own command line.

    What was not foreseen ends with a traceback for the report, and exit code 5.
    """
    try:
        commands(arguments, prog_name="onewindow")
    except Exception:  # noqa: BLE001 (the border of the command line)
        traceback.print_exc()
        click.echo("Unforeseen error; nothing more was done. Report it with the lines above.", err=True)
        sys.exit(Exit.unforeseen)
