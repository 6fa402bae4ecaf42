"""Analysts and operators get the connectors of this installation as forms for their modeler."""

from __future__ import annotations

import pytest

from tests.builders.an_api import Api


@pytest.mark.parametrize("who", ["analyst", "operator"])
def test_element_templates_are_given_as_modelers_read_them(api: Api, who: str) -> None:
    answer = api.get("/connectors/templates", who)
    assert answer.status_code == 200
    found = {one["id"]: one for one in answer.get_json()}
    assert {"onewindow.http", "onewindow.register", "onewindow.payment", "onewindow.document"} <= set(found)
    assert "onewindow.malware-scan" not in found
    assert found["onewindow.http"]["name"] == "HTTP call"
    assert "@camunda/zeebe-element-templates-json-schema" in found["onewindow.http"]["$schema"]


def test_labels_are_in_the_language_asked_for(api: Api) -> None:
    answer = api.get("/connectors/templates", "analyst", headers={"Accept-Language": "az"})
    assert {one["id"]: one["name"] for one in answer.get_json()}["onewindow.payment"] == "Ödəniş"


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("citizen", 403), ("clerk", 403)])
def test_nobody_else_learns_whom_the_operator_lists(api: Api, who: str | None, status: int) -> None:
    assert api.get("/connectors/templates", who).status_code == status
