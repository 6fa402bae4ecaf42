"""What an operator can set about partners and calls to them; read by `onewindow.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onewindow.settings_reader import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSettings:
    """Who they are, how many calls at once, when one is left alone, and how long exchanges are kept."""

    file: str = ""
    """The list of partners, `onewindow.partners_file`; empty without one."""
    calls: int = 16
    """Calls of one worker to one partner at the same time."""
    failures: int = 5
    """So many in a row open its circuit."""
    rest_seconds: int = 30
    """How long nobody calls it then; twice as long after each trial call that fails."""
    exchange_days: int = 7
    """Requests and answers are kept for so long."""
    inner_hosts: tuple[str, ...] = ()
    """Hosts of `http_hosts` that may lie in a private network, as host or host:port."""
    connector_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By connector of an installed package and option: ONEWINDOW_CONNECTOR_FAX__PAGE_SIZE is `fax`, `page-size`."""


def read_partner_settings(reader: SettingsReader) -> PartnerSettings:
    """What the environment says; faults are the reader's."""
    return PartnerSettings(
        file=reader.text("PARTNERS", "", "/etc/onewindow/partners.yaml"),
        calls=reader.whole("PARTNER_CALLS", 16, 1, 128),
        failures=reader.whole("PARTNER_FAILURES", 5, 1, 1_000),
        rest_seconds=reader.whole("PARTNER_REST_SECONDS", 30, 1, 600),
        exchange_days=reader.whole("EXCHANGE_DAYS", 7, 1, 365),
        inner_hosts=reader.names("INNER_HOSTS", "cadastre.internal,registers:8091"),
        connector_options=reader.connector_options(),
    )
