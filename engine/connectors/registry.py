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
from engine.errors import NotFound, Refused

ENTRY_POINT_GROUP: Final = "onewindow.connectors"


class DuplicateConnector(Refused):
    """Two connectors want the same name: which one would be called?"""

    code = "duplicate-connector"


class UnusableConnector(Refused):
    """An installed package offers a connector that cannot be loaded."""

    code = "unusable-connector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a connector of a third party is given when it is made."""

    secret: SecretResolver
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the operator for this connector, by name."""


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


def installed_connectors(environment: Environment, offered: Iterable[EntryPoint] | None = None) -> list[Connector]:
    """The connectors that installed packages offer. Raises UnusableConnector, so that the start stops."""
    points = entry_points(group=ENTRY_POINT_GROUP) if offered is None else offered
    return [_made(point, environment) for point in points]


def _made(point: EntryPoint, environment: Environment) -> Connector:
    try:
        factory: Any = point.load()
    except (ImportError, AttributeError) as fault:
        raise UnusableConnector(
            f"The connector {point.name!r:.80} ({point.value:.120}) cannot be loaded: {fault}.",
            remedy="Mend or uninstall the package that offers it.",
        ) from fault
    connector: Connector = factory(environment)
    return connector
