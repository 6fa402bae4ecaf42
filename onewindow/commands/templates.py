"""`onewindow templates`: the connectors as forms of Camunda Modeler and bpmn.io tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.casework.passport import LANGUAGES
from engine.connectors.element_templates import element_templates
from onewindow.commands.outcome import border, print_json
from onewindow.compose import compose
from onewindow.settings import Settings


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into, one file a connector.")
@click.option("--language", default="en", show_default=True, type=click.Choice(LANGUAGES), help="Of labels and hints.")
@border
def templates(out: Path | None, language: str) -> None:
    """Element templates of all connectors, as JSON on standard output or as files.

    Camunda Modeler reads them from the folder `resources/element-templates` of its own, or from
    `.camunda/element-templates` beside the models. Partners, operations and registers are those of this
    installation's settings.
    """
    registry = compose(Settings.of_this_process()).registry
    if out is None:
        print_json(element_templates(registry, language))
        return
    out.mkdir(parents=True, exist_ok=True)
    for connector in registry:
        found = element_templates([connector], language)
        if found:
            file = out / f"onewindow-{connector.name}.json"
            file.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            click.echo(f"{file}: {len(found)} {'templates' if len(found) > 1 else 'template'}")
