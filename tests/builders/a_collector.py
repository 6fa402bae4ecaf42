"""A collector of traces on a real socket: `with a_collector() as collector: ... collector.spans()`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.builders.a_partner import Partner, a_partner


@dataclass(frozen=True)
class Collected:
    """One span as it arrived."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any] = field(default_factory=dict)
    is_error: bool = False


@dataclass(frozen=True)
class Collector:
    """What came."""

    partner: Partner

    @property
    def url(self) -> str:
        """Where spans are sent."""
        return f"{self.partner.url}/v1/traces"

    def spans(self) -> list[Collected]:
        """All spans so far."""
        return [span for one in list(self.partner.received) for span in _spans(one.body)]


@contextmanager
def a_collector() -> Iterator[Collector]:
    """One that takes everything."""
    with a_partner() as partner:
        yield Collector(partner)


def _spans(body: bytes) -> Iterator[Collected]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _plain(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Collected(
                    service=service,
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    attributes=_plain(span.attributes),
                    is_error=span.status.code == 2,
                )


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
