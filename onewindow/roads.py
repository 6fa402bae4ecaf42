"""Security servers of X-Road from the operator's list of partners, and the registers that are reached over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.connectors.partners import PartnerList
from engine.connectors.register import Register
from engine.connectors.xroad import RoadService, SecurityServer, read_security_server
from engine.errors import Invalid, Place
from onewindow.settings import Settings
from onewindow.settings_reader import BadSettings

KIND = "xroad"


def security_servers(settings: Settings, partners: PartnerList) -> tuple[SecurityServer, ...]:
    """Those of the list. Raises BadSettings with every fault."""
    faults: list[Place] = []
    servers: list[SecurityServer] = []
    for partner in partners.of_kind(KIND):
        try:
            servers.append(read_security_server(partner, settings.country))
        except Invalid as fault:
            faults += [Place(f"/partners/{partner.name}/{one.path}", one.message) for one in fault.places]
    faults += [
        Place(f"/partners/{server.name}/options/{what}.{name}", f"The {what} {name} is listed twice.")
        for what, name, server in _repeated(settings, servers)
    ]
    if faults:
        lines = "\n".join(f"  {fault.path}: {fault.message}" for fault in faults)
        raise BadSettings(
            f"ONEWINDOW_PARTNERS: {len(faults)} {'entries are' if len(faults) > 1 else 'entry is'} wrong:\n{lines}",
            places=faults,
            remedy="Correct the file and start again.",
        )
    return tuple(servers)


def registers(settings: Settings, servers: Sequence[SecurityServer]) -> Iterator[Register]:
    """The registers with an address of their own, then those over X-Road."""
    for register in settings.registers:
        key = f"{register.name}-key"
        yield Register(
            name=register.name,
            url=register.url,
            key_reference=key if key in settings.secrets else None,
            valid_for=settings.register_validity.get(register.name),
        )
    for server in servers:
        for name, service in server.registers.items():
            yield Register(
                name=name,
                over=RoadService(server=server, service=service),
                valid_for=settings.register_validity.get(name),
            )


def _repeated(settings: Settings, servers: Sequence[SecurityServer]) -> Iterator[tuple[str, str, SecurityServer]]:
    """What is listed a second time: which of both were asked?"""
    seen = {("register", register.name) for register in settings.registers}
    for server in servers:
        named = [*(("register", name) for name in server.registers), *(("service", name) for name in server.services)]
        for one in named:
            if one in seen:
                yield *one, server
            seen.add(one)
