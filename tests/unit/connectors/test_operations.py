"""What of a partner's OpenAPI document a call needs: method, path, parameters; and what cannot be used is named."""

from __future__ import annotations

from typing import Any

import pytest

from engine.connectors.contract import PartnerRefused
from engine.connectors.partners import read_operations
from engine.connectors.partners.operations import UnreadableApi


def a_document(**operation: Any) -> dict[str, Any]:
    """An OpenAPI document with one operation."""
    said = {"operationId": "getParcel", **operation}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cadastre", "version": "1"},
        "paths": {"/parcels/{parcel-id}": {"get": said}},
    }


PARCEL = {"name": "parcel-id", "in": "path", "required": True}


def test_parameters_are_taken_from_variables_of_their_names() -> None:
    query = {"name": "year", "in": "query"}
    tenant = {"name": "X-Tenant", "in": "header", "required": True}
    operation = read_operations(a_document(parameters=[PARCEL, query, tenant]))["getParcel"]
    variables = {"parcel_id": "12/7", "year": 2026, "X_Tenant": "baku"}
    assert operation.method == "GET"
    assert operation.address(variables) == "/parcels/12%2F7?year=2026"
    assert operation.headers(variables) == {"X-Tenant": "baku"}


def test_an_optional_parameter_without_a_variable_is_left_out() -> None:
    operation = read_operations(a_document(parameters=[PARCEL, {"name": "year", "in": "query"}]))["getParcel"]
    assert operation.address({"parcel_id": "12", "year": None}) == "/parcels/12"


def test_a_list_repeats_its_parameter() -> None:
    operation = read_operations(a_document(parameters=[PARCEL, {"name": "kind", "in": "query"}]))["getParcel"]
    assert operation.address({"parcel_id": "12", "kind": ["house", "field & wood"]}).endswith(
        "?kind=house&kind=field+%26+wood"
    )


def test_what_is_required_and_missing_is_refused_by_name() -> None:
    year = {"name": "year", "in": "query", "required": True}
    operation = read_operations(a_document(parameters=[PARCEL, year]))["getParcel"]
    with pytest.raises(PartnerRefused, match="'year'"):
        operation.address({"parcel_id": "12"})
    with pytest.raises(PartnerRefused, match="'parcel_id'"):
        operation.address({"year": 2026})


def test_a_context_is_no_parameter() -> None:
    operation = read_operations(a_document(parameters=[PARCEL, {"name": "year", "in": "query"}]))["getParcel"]
    with pytest.raises(PartnerRefused, match="text, number or boolean"):
        operation.address({"parcel_id": "12", "year": {"from": 1}})


def test_references_within_the_document_and_parameters_of_the_path_count() -> None:
    document = a_document(parameters=[{"$ref": "#/components/parameters/year"}])
    document["components"] = {"parameters": {"year": {"name": "year", "in": "query"}}}
    document["paths"]["/parcels/{parcel-id}"]["parameters"] = [PARCEL]
    assert read_operations(document)["getParcel"].address({"parcel_id": "1", "year": 2}) == "/parcels/1?year=2"


def test_operations_without_an_id_cannot_be_named_and_are_passed_over() -> None:
    document = a_document()
    document["paths"]["/other"] = {"post": {"requestBody": {}}}
    assert set(read_operations(document)) == {"getParcel"}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (None, "Expected an OpenAPI document"),
        ({"swagger": "2.0"}, "of version 3.0 or 3.1"),
        ({"openapi": "3.0.3", "paths": {}}, "names no operation"),
        ({"openapi": "3.0.3", "paths": []}, "names no operation"),
        (a_document(parameters=[{"$ref": "other.yaml#/x"}]), "leads out of the document"),
        (a_document(parameters=[{"$ref": "#/components/none"}]), "cannot be read"),
        (a_document(parameters=[{"in": "path"}]), "cannot be read"),
        (a_document(parameters="none"), "cannot be read"),
        ({"openapi": "3.1.0", "paths": {"x": {"get": {"operationId": "a"}}}}, "does not begin with a slash"),
        (
            {"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "a"}, "post": {"operationId": "a"}}}},
            "stands twice",
        ),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_place(document: Any, fault: str) -> None:
    with pytest.raises(UnreadableApi, match=fault):
        read_operations(document)


def test_references_in_a_circle_end() -> None:
    document = a_document(parameters=[{"$ref": "#/components/a"}])
    document["components"] = {"a": {"$ref": "#/components/b"}, "b": {"$ref": "#/components/a"}}
    with pytest.raises(UnreadableApi, match="circle"):
        read_operations(document)
