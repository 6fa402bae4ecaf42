"""The whole OpenAPI document against the running API: no 500, no answer that is not declared, in every role.

Bodies, queries and addresses are made from the schemas, as they should be and as they should not; addresses lead to
things that are there, to things that are not, and to what is no key at all. `ONEWINDOW_FUZZ_EXAMPLES=200` tries each
operation so often; `make fuzz` does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from api.long_poll import LongPolls
from api.wiring import EXTENSION
from door.access import rule_of
from engine.casework.policy import Role
from tests.builders.a_busy_city import BusyCity

EXAMPLES = int(os.environ.get("ONEWINDOW_FUZZ_EXAMPLES", "3"))
"""Of each operation, each kind of data and each role that may call it; a role that may not is tried once."""
NOBODY = "nobody"
WHO = (NOBODY, "citizen", "clerk", "outsider", "supervisor", "analyst", "operator")
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Operation = APIOperation
_ROLE_OF = {
    "citizen": Role.citizen,
    "clerk": Role.clerk,
    "outsider": Role.clerk,
    "supervisor": Role.supervisor,
    "analyst": Role.analyst,
    "operator": Role.operator,
}
schemathesis.serializer.alias(
    ["application/offset+octet-stream", "application/pdf", "message/rfc822"], "application/octet-stream"
)
SLOW = {"POST /api/v1/session"}
"""A password is hashed slowly on purpose: once is enough."""
KINDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def schema(city: BusyCity) -> Any:
    """The document as the API gives it out, read by schemathesis."""
    app = city.api.app
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], long_polls=LongPolls(longest_seconds=0))
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("who", WHO)
def test_every_operation_answers_as_declared_and_never_500(city: BusyCity, schema: Any, who: str) -> None:
    faults: dict[str, str] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    # what takes things away comes last: until then there is something to be found
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        for cases, times in _plans(city, operation, who):
            _try(city, cases, times, who, faults)

    assert len(operations) > 100
    if faults:
        pytest.fail("\n".join(faults.values()))


def _plans(city: BusyCity, operation: Operation, who: str) -> Iterator[tuple[Any, int]]:
    """What to send to an operation, and how often: to what is there, and to any address."""
    known = {one.name: city.places[one.name] for one in operation.path_parameters}
    if "task_id" in known and who == "citizen":
        known["task_id"] = city.own_task
    if not _may_call(city, operation, who):
        yield operation.as_strategy(path_parameters=known or None), 1
        return
    times = 1 if operation.label in SLOW else EXAMPLES
    for kind in KINDS:
        yield operation.as_strategy(generation_mode=kind, path_parameters=known or None), times
        if known:
            yield operation.as_strategy(generation_mode=kind), 1


def _may_call(city: BusyCity, operation: Operation, who: str) -> bool:
    """Whether the role passes the door: what lies behind it is tried more often."""
    path = re.sub(r"{\w+}", "01hk3v8b6s9e4w2m7q5t0x1y2z", operation.path)
    path = path.replace("/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z", "/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-1")
    path = re.sub("/seals/[^/]+", "/seals/1", path)
    endpoint, _ = city.api.app.url_map.bind("localhost").match(path, method=operation.method.upper())
    rule = rule_of(city.api.app.view_functions[endpoint])
    assert rule is not None
    return rule.roles is None or _ROLE_OF.get(who) in rule.roles


def _try(city: BusyCity, cases: Any, times: int, who: str, faults: dict[str, str]) -> None:
    """Send cases, and write down what was wrong with the answers: the first fault of each kind of an operation."""

    @hypothesis.settings(
        max_examples=times,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(cases)
    def send(case: Case) -> None:
        case.headers.pop("Authorization", None)
        case.cookies.clear()
        sent = {} if who == NOBODY else {"Authorization": f"Bearer {city.api.tokens[who]}"}
        answer = case.call(headers=sent)
        label = f"{case.operation.label} {answer.status_code}"
        if str(answer.status_code) not in case.operation.responses.status_codes and not _is_of_any_address(answer):
            faults.setdefault(f"{label} undeclared", f"{who}: {label} is not declared: {answer.text[:300]}")
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as wrong:
            for one in wrong.exceptions:
                faults.setdefault(f"{label} {type(one).__name__}", f"{who}: {label}: {one} {case.body!r:.300}")

    with suppress(Unsatisfiable):  # nothing can be wrong with what takes nothing
        send()


def _is_of_any_address(answer: Any) -> bool:
    """404 and 405 of an address that leads nowhere, because its parameter is no key at all."""
    return answer.status_code in (404, 405, 308)
