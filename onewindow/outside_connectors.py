"""Makes the connectors of installed packages: each with its partners, its options and an exchange of its own.

A package is code that an operator installed, and still gets no more than it needs: its exchange calls the hosts of the
partners that are listed for it (`kind`), judged and bounded as every call of the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint

from engine.connectors.contract import Connector, SecretResolver
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.registry import Environment, installed, made_connector
from engine.connectors.webhook import InnerHosts
from engine.errors import Place
from onewindow.partners_file import PartnersFile
from onewindow.settings_reader import BadSettings


def outside_connectors(
    listed: PartnersFile,
    options: Mapping[str, Mapping[str, str]],
    secret: SecretResolver,
    offered: list[EntryPoint] | None = None,
) -> list[Connector]:
    """The connectors of installed packages. Raises UnusableConnector; BadSettings for options that are nobody's."""
    points = installed(offered)
    _require_known(options, {point.name for point in points})
    return [
        made_connector(point, _environment(listed.of_kind(point.name), options.get(point.name, {}), secret))
        for point in points
    ]


def _environment(own: PartnersFile, options: Mapping[str, str], secret: SecretResolver) -> Environment:
    exchange = Exchange(AllowedHosts(own.hosts), inner=InnerHosts(own.inner_hosts))
    return Environment(secret=secret, exchange=exchange, partners=own.partners, options=dict(options))


def _require_known(options: Mapping[str, Mapping[str, str]], names: set[str]) -> None:
    faults = [
        Place(variable, f"{variable}: no installed package offers the connector {name}.")
        for name in sorted(set(options) - names)
        for variable in [f"ONEWINDOW_CONNECTOR_{name.upper().replace('-', '_')}__..."]
    ]
    if faults:
        known = ", ".join(sorted(names)) or "none"
        raise BadSettings(
            "\n".join(fault.message for fault in faults),
            places=faults,
            remedy=f"Install the package, or remove the variables. Offered by packages: {known}.",
        )
