"""`onewindow templates`: what a modeler fills in by a template of this installation deploys as it is."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.civilstatus.app import FOLDER
from tests.builders.a_model import a_process
from tests.builders.a_templated_task import a_templated_task
from tests.contract.cli.conftest import Command

PARTNERS = {
    "cadastre": {"url": "https://cadastre.example.gov/api/v1", "openapi": "cadastre.json"},
    "archive": {"url": "https://archive.example.gov"},
    "civil-status": {"kind": "soap", "url": "https://civil-status.example.gov/soap", "wsdl": "civil-status.wsdl"},
    "road": {
        "kind": "xroad",
        "url": "https://security-server.example.gov",
        "options": {
            "client": "AZ/GOV/00000001/onewindow",
            "service.persons": "AZ/GOV/00000002/population/persons",
            "register.population": "AZ/GOV/00000002/population/persons",
        },
    },
}
PARCEL = {
    "operationId": "getParcel",
    "parameters": [
        {"name": "parcel", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "as-of", "in": "query", "schema": {"type": "string"}},
    ],
    "responses": {"200": {"description": "The parcel."}},
}
CADASTRE = {
    "openapi": "3.1.0",
    "info": {"title": "Cadastre", "version": "1"},
    "paths": {"/parcels/{parcel}": {"get": PARCEL}},
}
FILLED_IN: dict[str, dict[str, str]] = {
    "onewindow.http": {"partner": "archive", "method": "GET", "path": "/files/{number}", "resultVariable": "file"},
    "onewindow.http.cadastre.getParcel": {"parcel": "=plot", "resultVariable": "parcel"},
    "onewindow.soap": {"partner": "civil-status", "operation": "GetCivilStatus", "resultVariable": "status"},
    "onewindow.xroad": {"service": "persons", "method": "GET", "path": "/persons/{pin}", "server": "road"},
    "onewindow.register": {
        "register": "population",
        "operation": "GET /persons/{pin}",
        "purpose": "renewal",
        "legalBasis": "Law on Road Traffic, art. 30",
        "resultVariable": "person",
        "retryBackoff": "PT5S,PT30S",
        "errorOnFailure": "register-down",
    },
    "onewindow.payment": {"fee": "=charge", "description": '="Fee " + string(charge.fee)'},
    "onewindow.document": {"template": "decision", "resultVariable": "decision"},
    "onewindow.notice": {"template": "decision-made", "urgent": "=true"},
    "onewindow.demo": {"mode": "error", "code": "no-record"},
}
"""What a modeler types, by template."""
NOTICE = "subject: {az: Qərar, en: Decision, ru: Решение}\ntext: {az: Oxuyun., en: Read it., ru: Прочтите.}\n"
DOCUMENT = '{% extends "layout.html" %}{% block title %}Decision{% endblock %}'


@pytest.fixture
def partners(tmp_path: Path) -> Path:
    """The operator's list with a partner of each kind."""
    folder = tmp_path / "partners"
    folder.mkdir()
    (folder / "partners.yaml").write_text(yaml.safe_dump({"partners": PARTNERS}), encoding="utf-8")
    (folder / "cadastre.json").write_text(json.dumps(CADASTRE), encoding="utf-8")
    for name in ("civil-status.wsdl", "civil-status.xsd"):
        shutil.copy(FOLDER / name, folder)
    return folder / "partners.yaml"


def templates(onewindow: Command, partners: Path, *more: str) -> list[dict[str, Any]]:
    asked = onewindow("templates", *more, ONEWINDOW_PARTNERS=str(partners))
    assert asked.exit_code == 0, asked.output
    return json.loads(asked.stdout)


def test_each_connector_that_models_may_name_has_a_template(onewindow: Command, partners: Path) -> None:
    assert {one["id"] for one in templates(onewindow, partners)} == set(FILLED_IN)


def test_what_a_modeler_fills_in_deploys_as_it_is(onewindow: Command, partners: Path, tmp_path: Path) -> None:
    drawing = a_process("filled").start()
    for number, template in enumerate(templates(onewindow, partners)):
        drawing = drawing.service_task(f"task-{number}", **a_templated_task(template, FILLED_IN[template["id"]]))
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "filled.bpmn").write_bytes(drawing.end().xml())
    (bundle / "decision.html").write_text(DOCUMENT, encoding="utf-8")
    (bundle / "decision-made.notice.yaml").write_text(NOTICE, encoding="utf-8")

    deployed = onewindow("deploy", "--json", str(bundle), ONEWINDOW_PARTNERS=str(partners))

    assert deployed.exit_code == 0, deployed.output
    (told,) = json.loads(deployed.stdout)
    assert "process" in {one["kind"] for one in told["definitions"]}
    assert [one for one in told["diagnostics"] if one["severity"] == "error"] == []
    assert [one for one in told["diagnostics"] if "zeebe:modelerTemplate" in one["message"]] == []


def test_lists_of_the_operator_are_chosen_from(onewindow: Command, partners: Path) -> None:
    found = {one["id"]: one["properties"] for one in templates(onewindow, partners)}

    def choices(template: str, key: str) -> list[tuple[list[str], Any]]:
        return [
            ([choice["value"] for choice in one["choices"]], one.get("condition"))
            for one in found[template]
            if one["binding"].get("key") == key
        ]

    assert choices("onewindow.http", "partner") == [(["archive", "cadastre"], None)]
    assert choices("onewindow.http", "operation") == [(["getParcel"], {"property": "partner", "equals": "cadastre"})]
    ((operations, condition),) = choices("onewindow.soap", "operation")
    assert "GetCivilStatus" in operations
    assert condition == {"property": "partner", "equals": "civil-status"}
    assert choices("onewindow.register", "register") == [(["population"], None)]
    assert choices("onewindow.xroad", "service") == [(["persons"], None)]


def test_an_operation_of_a_listed_partner_asks_for_its_parameters_alone(onewindow: Command, partners: Path) -> None:
    (found,) = [one for one in templates(onewindow, partners) if one["id"] == "onewindow.http.cadastre.getParcel"]
    inputs = {one["binding"]["name"]: one for one in found["properties"] if one["binding"]["type"] == "zeebe:input"}
    assert list(inputs) == ["parcel", "as_of"]
    assert inputs["parcel"]["feel"] == "required"
    assert inputs["parcel"]["constraints"]["notEmpty"] is True
    assert inputs["as_of"]["optional"] is True
    hidden = {one["binding"].get("key"): one["value"] for one in found["properties"] if one["type"] == "Hidden"}
    assert hidden == {None: "http", "partner": "cadastre", "operation": "getParcel"}


@pytest.mark.parametrize("language", ["az", "ru"])
def test_every_hint_is_told_in_each_language(onewindow: Command, partners: Path, language: str) -> None:
    """Save those of a parameter, which is called what its OpenAPI document calls it."""
    told = zip(templates(onewindow, partners), templates(onewindow, partners, "--language", language), strict=True)
    for english, other in told:
        assert english["description"] != other["description"]
        if english["id"].count(".") > 1:
            continue
        for one, translated in zip(english["properties"], other["properties"], strict=True):
            assert "description" not in one or one["description"] != translated["description"], one["id"]


def test_templates_are_of_the_form_that_modelers_read(onewindow: Command, partners: Path) -> None:
    """The rules of Camunda's JSON schema that these templates could break, each by its words there."""
    for template in templates(onewindow, partners):
        assert "@camunda/zeebe-element-templates-json-schema" in template["$schema"]
        assert {"id", "name", "version", "appliesTo", "elementType", "properties"} <= set(template)
        assert template["elementType"]["value"] in template["appliesTo"]
        groups = {group["id"] for group in template["groups"]}
        ids = [one["id"] for one in template["properties"] if "id" in one]
        assert len(ids) == len(set(ids))
        for one in template["properties"]:
            where = f"{template['id']}: {one}"
            binding, kind = one["binding"], one["type"]
            needs = {"zeebe:taskHeader": "key", "zeebe:input": "name", "zeebe:property": "name"}
            assert binding.get(needs.get(binding["type"], "property")), where
            assert kind in ("String", "Dropdown", "Hidden"), where
            assert ("choices" in one) == (kind == "Dropdown"), where
            assert all(set(choice) == {"name", "value"} for choice in one.get("choices", ())), where
            assert kind != "Hidden" or isinstance(one["value"], str), where
            assert "feel" not in one or (kind == "String" and one["feel"] in ("optional", "required")), where
            assert "placeholder" not in one or kind == "String", where
            assert "group" not in one or one["group"] in groups, where
            constraints = one.get("constraints", {})
            assert not (one.get("optional") and constraints) or constraints["notEmpty"] is False, where
            if "pattern" in constraints:
                assert constraints["pattern"]["message"], where
                assert re.compile(constraints["pattern"]["value"]), where
                if one.get("value"):
                    assert re.search(constraints["pattern"]["value"], one["value"]), where


def test_errors_that_can_be_caught_are_told(onewindow: Command, partners: Path) -> None:
    errors = {
        one["id"]: [error["code"] for error in one["metadata"]["errors"]] for one in templates(onewindow, partners)
    }
    assert errors["onewindow.register"] == ["no-record"]
    assert errors["onewindow.payment"] == ["payment-refused"]
    assert errors["onewindow.http"] == ["http-4xx"]


def test_they_can_be_written_into_the_folder_that_a_modeler_reads(
    onewindow: Command, partners: Path, tmp_path: Path
) -> None:
    folder = tmp_path / ".camunda" / "element-templates"
    written = onewindow("templates", "--out", str(folder), ONEWINDOW_PARTNERS=str(partners))
    assert written.exit_code == 0, written.output
    found = [one for file in sorted(folder.iterdir()) for one in json.loads(file.read_text(encoding="utf-8"))]
    assert sorted(one["id"] for one in found) == sorted(FILLED_IN)
    assert str(folder / "onewindow-http.json") in written.stdout
