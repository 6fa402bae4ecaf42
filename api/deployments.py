"""Deployments: a bundle of files that goes live together or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Response, request

from api.idempotency import carry_out
from api.operation import Noun, WrongInput
from api.paging import PageQuery
from api.schemas.engine import DeploymentPage, DeploymentSchema
from api.wiring import services
from door.access import caller
from door.json_door import BodyTooLarge, NotJson
from engine.casework.policy import Action
from engine.errors import Place
from engine.runtime.deploy import DeploymentResult
from engine.runtime.deploy import deploy as deploy_files
from engine.store.queries import definitions as queries

blueprint = Noun("deployments", __name__, description="Files that went live together.")

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\<>\"|?*:]{1,200}")
_BODY: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "files": {
                        "type": "array",
                        "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                        "description": "service.yaml, *.bpmn, *.dmn, *.form; each file name once.",
                    }
                },
                "required": ["files"],
            }
        }
    },
}


@blueprint.operation(
    "POST",
    "",
    rule=Action.deploy,
    summary="Deploy files",
    answer=DeploymentSchema,
    status=201,
    idempotent=True,
    documentation={"requestBody": _BODY},
)
def deploy() -> Response:
    """Deploy a bundle of files, all or nothing. Files that did not change make no new version."""
    files = _files()
    return carry_out(
        lambda runtime: deploy_files(runtime, files, by=caller()), DeploymentSchema, status=201, view=_described
    )


def _described(result: DeploymentResult) -> Mapping[str, Any]:
    fresh = {one.id for one in result.new_definitions}
    return {
        "id": result.id,
        "definitions": [{**asdict(one), "is_new": one.id in fresh} for one in result.definitions],
        "diagnostics": [found.to_json() for found in result.findings],
    }


@blueprint.operation(
    "GET", "", rule=Action.see_deployments, summary="List deployments", query=PageQuery, answer=DeploymentPage
)
def list_deployments(query: Mapping[str, Any]) -> Any:
    """Deployments, the newest first."""
    with services().read() as connection:
        return queries.deployment_page(connection, **query)


def _files() -> dict[str, bytes]:
    """The files of the request by name. Raises NotJson, WrongInput, BodyTooLarge."""
    if request.mimetype != "multipart/form-data":
        raise NotJson(
            f"Expected multipart/form-data, found {request.content_type or 'no Content-Type'!r:.100}.",
            remedy="Send the files as parts named files, such as curl -F files=@model.bpmn.",
        )
    most = services().upload_bytes
    found: dict[str, bytes] = {}
    for part, upload in request.files.items(multi=True):
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        if part != "files" or _NAME.fullmatch(name) is None or name in found:
            raise WrongInput(
                "Something in the bundle is wrong.",
                places=[Place(f"/{part}", "Expected parts named files, each with a file name of its own.", "file")],
                remedy="Name every part files and give each file its own name.",
            )
        found[name] = upload.stream.read(most + 1)
        if sum(map(len, found.values())) > most:
            raise BodyTooLarge(f"The files have more than {most} bytes together.", remedy="Deploy less at once.")
        upload.stream.seek(0)
    if not found:
        raise WrongInput(
            "The bundle is empty.",
            places=[Place("/files", "Expected at least one file.", "missing")],
            remedy="Send the files as parts named files.",
        )
    return found
