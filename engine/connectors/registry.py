"""Connectors by name: handed in as an instance, so that every test makes its own.

Third parties publish a factory `(Environment) -> Connector` under the entry point group `onewindow.connectors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from engine.connectors.contract import Connector, SecretResolver, SettingsSchema
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.partners import PartnerList
from engine.errors import NotFound, OnewindowError, Refused

ENTRY_POINT_GROUP: Final = "onewindow.connectors"


class DuplicateConnector(Refused):
    """Two connectors want the same name: which one would be called?"""

    code = "duplicate-connector"


class UnusableConnector(Refused):
    """An installed package offers a connector that cannot be loaded."""

    code = "unusable-connector"


def _closed() -> Exchange:
    return Exchange(AllowedHosts())


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a connector of a third party is given when it is made."""

    secret: SecretResolver
    exchange: Exchange = field(default_factory=_closed)
    """Calls the hosts of its partners and no other; private addresses only where the operator says so. Calls over it
    are traced, and operators see them without secrets."""
    partners: PartnerList = field(default_factory=PartnerList)
    """Those of the operator's list whose `kind` is this connector."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the operator for this connector, by name in small letters with hyphens."""


ConnectorFactory: TypeAlias = Callable[[Environment], Connector]


class Registry:
    """All connectors of one process. Never changed once made."""

    def __init__(self, connectors: Iterable[Connector] = ()) -> None:
        """Raises DuplicateConnector."""
        found: dict[str, Connector] = {}
        for connector in connectors:
            if connector.name in found:
                raise DuplicateConnector(
                    f"Two connectors are named {connector.name!r:.80}.",
                    remedy="Uninstall one of the packages, or rename one connector.",
                )
            found[connector.name] = connector
        self._connectors: Mapping[str, Connector] = MappingProxyType(found)

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._connectors.values())

    def __contains__(self, name: object) -> bool:
        return name in self._connectors

    @property
    def names(self) -> tuple[str, ...]:
        """In the order they were given."""
        return tuple(self._connectors)

    @property
    def schemas(self) -> Mapping[str, SettingsSchema]:
        """The settings of each connector: what deployment must know."""
        return {name: connector.settings for name, connector in self._connectors.items()}

    def named(self, name: str) -> Connector:
        """The connector of this name. Raises NotFound."""
        if name not in self._connectors:
            raise NotFound(
                f"There is no connector {name!r:.80}.",
                remedy=f"Known here: {', '.join(self.names) or 'none'}. Install the package that brings it.",
            )
        return self._connectors[name]


def installed(offered: Iterable[EntryPoint] | None = None) -> list[EntryPoint]:
    """What installed packages offer, by the name of the connector."""
    return sorted(entry_points(group=ENTRY_POINT_GROUP) if offered is None else offered, key=lambda point: point.name)


def made_connector(point: EntryPoint, environment: Environment) -> Connector:
    """The connector of an entry point. Raises UnusableConnector, and whatever its factory refuses."""
    try:
        factory: Any = point.load()
        made: Any = factory(environment)
    except OnewindowError:
        raise
    except Exception as fault:  # other people's code: whatever it raises, the start says whose it is
        raise _unusable(point, f"cannot be loaded ({type(fault).__name__}: {fault})") from fault
    missing = [name for name in ("name", "settings", "call", "check") if not hasattr(made, name)]
    if missing:
        raise _unusable(point, f"is no connector: it has no {', '.join(missing)}")
    if made.name != point.name:
        raise _unusable(point, f"calls itself {made.name!r:.80}: entry point and connector have one name")
    if not isinstance(made.settings, SettingsSchema):
        raise _unusable(point, "has settings that are no SettingsSchema")
    connector: Connector = made
    return connector


def _unusable(point: EntryPoint, why: str) -> UnusableConnector:
    return UnusableConnector(
        f"The connector {point.name!r:.80} ({point.value:.120}) {why:.300}.",
        remedy="Mend or uninstall the package that offers it.",
    )
