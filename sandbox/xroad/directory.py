"""Who takes part, which services there are, and who may call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox.xroad.identifiers import ClientId, ServiceId
from sandbox.xroad.problems import RoadError


@dataclass(frozen=True, slots=True)
class Service:
    """One service and its rights."""

    id: ServiceId
    backend: str
    """Path at the simulated registers."""
    allowed: frozenset[ClientId]
    disabled: str | None = None
    """Why its provider has switched it off; None when it has not."""


@dataclass(frozen=True, slots=True)
class Directory:
    """All of the instance."""

    instance: str
    members: Mapping[ClientId, str]
    """Names of members and subsystems."""
    services: Mapping[ServiceId, Service]

    @classmethod
    def load(cls, path: Path | None = None) -> Directory:
        """Read members.yaml. Raises ValueError or KeyError on a faulty file."""
        said = yaml.safe_load((path or Path(__file__).with_name("members.yaml")).read_text(encoding="utf-8"))
        services = [
            Service(
                id=ServiceId.parse(one["id"]),
                backend=one["backend"],
                allowed=frozenset(ClientId.parse(each) for each in one["allowed"]),
                disabled=one.get("disabled"),
            )
            for one in said["services"]
        ]
        members = {ClientId.parse(one["id"]): one["name"] for one in said["members"]}
        return cls(said["instance"], members, {one.id: one for one in services})

    def require_client(self, client: ClientId) -> None:
        """Raises RoadError for one who takes no part here."""
        if client not in self.members:
            raise RoadError("Server.ClientProxy.UnknownMember", f"Client '{client}' not found")

    def provider(self, provider: ClientId) -> list[Service]:
        """Its services. Raises RoadError for one who takes no part here."""
        if provider not in self.members:
            raise RoadError(
                "Server.ClientProxy.UnknownMember", f"Could not find addresses for service provider '{provider}'"
            )
        return [one for one in self.services.values() if one.id.provider == provider]

    def service(self, client: ClientId, wanted: ServiceId) -> Service:
        """The service, when the client may call it now. Raises RoadError."""
        self.require_client(client)
        self.provider(wanted.provider)
        found = self.services.get(wanted)
        if found is None:
            raise RoadError("Server.ServerProxy.UnknownService", f"Unknown service: {wanted}")
        if client not in found.allowed:
            raise RoadError("Server.ServerProxy.AccessDenied", f"Request is not allowed: {wanted}")
        if found.disabled is not None:
            raise RoadError("Server.ServerProxy.ServiceDisabled", f"Service {wanted} is disabled: {found.disabled}")
        return found
