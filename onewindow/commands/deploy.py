"""`onewindow deploy`: procedures from folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.casework.actor import SYSTEM
from engine.diagnostics import ModelRefused
from engine.runtime.deploy import DeploymentResult
from engine.runtime.deploy import check as check_bundle
from engine.runtime.deploy import deploy as deploy_bundle
from onewindow import logs
from onewindow.bundles import bundle_of
from onewindow.commands.outcome import Exit, border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option("--dry-run", is_flag=True, help="Check against what is deployed, change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what happened as JSON.")
@border
def deploy(folders: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Deploy the procedure in each folder, all of its files or none.

    A file that did not change makes no new version. Faults are printed with file, line and element; the exit code is
    then 1, and nothing of that folder was changed.
    """
    settings = Settings.of_this_process()
    logs.configure(settings.log_level, "console")
    runtime = compose(settings).runtime
    told: list[dict[str, Any]] = []
    refused = False
    for folder in folders:
        files = bundle_of(folder)
        try:
            if dry_run:
                findings = check_bundle(runtime, files)
                told.append({"folder": str(folder), "diagnostics": [found.to_json() for found in findings]})
                lines = [str(found) for found in findings] or ["nothing found"]
            else:
                result = deploy_bundle(runtime, files, by=SYSTEM)
                told.append({"folder": str(folder), **_described(result)})
                lines = _lines(result)
        except ModelRefused as fault:
            refused = True
            told.append({"folder": str(folder), "diagnostics": [found.to_json() for found in fault.diagnostics]})
            lines = [str(found) for found in fault.diagnostics]
        if not as_json:
            click.echo(f"{folder}:")
            for line in lines:
                click.echo(f"  {line}")
    if as_json:
        print_json(told)
    if refused:
        raise SystemExit(Exit.findings)


def _described(result: DeploymentResult) -> dict[str, Any]:
    fresh = {one.id for one in result.new_definitions}
    return {
        "deployment": result.id,
        "definitions": [
            {"kind": one.kind, "key": one.key, "version": one.version, "id": one.id, "is_new": one.id in fresh}
            for one in result.definitions
        ],
        "diagnostics": [found.to_json() for found in result.findings],
    }


def _lines(result: DeploymentResult) -> list[str]:
    fresh = {one.id for one in result.new_definitions}
    return [
        *(
            f"{one.kind} {one.key}, version {one.version}{'' if one.id in fresh else ' (unchanged)'}"
            for one in result.definitions
        ),
        *(str(found) for found in result.findings),
    ]
