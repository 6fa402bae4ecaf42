"""Exchanges with partners, of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete

from engine.casework.exchange import Exchange
from engine.store.encryption.columns import protected
from engine.store.rows import insert_into, plain, table_of
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import partners as tables

_EXCHANGE = table_of(tables.Exchange)
_FORGET = delete(_EXCHANGE).where(_EXCHANGE.c.at < bindparam("before"))


class Exchanges:
    """What was said to partners."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_many(self, exchanges: Sequence[Exchange]) -> None:
        """Keep exchanges. An attempt that was handed back and made again keeps its first."""
        if exchanges:
            keep = insert_into(_EXCHANGE, self._connection).on_conflict_do_nothing()
            self._connection.execute(
                keep.execution_options(**SENT_TOGETHER), [protected(_EXCHANGE, plain(one)) for one in exchanges]
            )

    def forget(self, before: datetime) -> int:
        """Remove what is older; gives how many."""
        return self._connection.execute(_FORGET, {"before": before}).rowcount
