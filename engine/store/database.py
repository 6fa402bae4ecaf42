"""The database: how it is opened, read and written.

SQLite is the embedded default: WAL, a flush at every commit, foreign keys on; its writers take turns in
`writer_queue`. PostgreSQL needs no queue: rows are locked there, and nobody waits for a lock longer than the same time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.errors import Invalid, OnewindowError, Unavailable
from engine.store.encryption.columns import use_keyring
from engine.store.encryption.envelope import is_encrypted
from engine.store.encryption.keyring import Keyring
from engine.store.encryption.master import MasterKeyMissing, MasterKeys
from engine.store.encryption.owners import INSTALLATION
from engine.store.encryption.wrapped_keys import WrappedKeys
from engine.store.faults import is_worth_repeating, translated, waited_in_vain
from engine.store.repositories.keys import EncryptionState
from engine.store.sent_together import heed_marks, sending_together
from engine.store.unit_of_work import UnitOfWork
from engine.store.writer_queue import WriterQueue

T = TypeVar("T")

_REPEATS: Final = 3
_SHORT_WAIT_MS: Final = 1_000
"""For each lock of a repeat, after a lock was waited for in vain: nobody stays away three times as long."""


class Database:
    """One database by URL: `sqlite:///path` or `postgresql+psycopg://...`. Opens connections when they are needed.

    `keys` are those that personal data are encrypted under; without, only what is nobody's can be read and written.
    """

    def __init__(
        self, url: str, *, keys: MasterKeys | None = None, pool_size: int = 16, busy_timeout_ms: int = 5_000
    ) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if self.is_sqlite and parsed.database in (None, "", ":memory:"):
            raise Invalid(
                "Expected a database in a file, found one in memory.", remedy="Write sqlite:///path/to/onewindow.db."
            )
        self.url = parsed.render_as_string(hide_password=False)
        # The connection used last is taken first: its cache is warm, and the others may fall asleep.
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 4,
            "pool_timeout": 10,
            "pool_use_lifo": True,
        }
        if self.is_sqlite:
            # Threads hand connections on through the pool, one at a time.
            options["connect_args"] = {"timeout": busy_timeout_ms / 1000, "check_same_thread": False}
        else:
            options["connect_args"] = {"connect_timeout": 10}
            if "options" not in parsed.query:
                options["connect_args"]["options"] = f"-c lock_timeout={busy_timeout_ms}"
        self._short_wait_ms = min(busy_timeout_ms, _SHORT_WAIT_MS)
        self._writer: Engine = create_engine(parsed, **options)
        self._reader: Engine = create_engine(parsed, isolation_level="AUTOCOMMIT", **options)
        self._of_keys: Engine = create_engine(
            parsed, isolation_level="AUTOCOMMIT", **{**options, "pool_size": 2, "max_overflow": pool_size}
        )
        if not self.is_sqlite:
            # psycopg would send each row of an INSERT by itself; one statement with all rows saves round trips
            self._writer.dialect.use_insertmanyvalues_wo_returning = True
            heed_marks(self._writer)
        self._queue: WriterQueue | None = None
        if self.is_sqlite:
            self._queue = WriterQueue(f"{parsed.database}.writer", busy_timeout_ms / 1000)
            for engine in (self._writer, self._reader, self._of_keys):
                event.listen(engine, "connect", _prepare_sqlite)
            event.listen(self._writer, "begin", _begin_immediate)
        self._wrapped = WrappedKeys(self._of_keys)
        self.keyring = Keyring(keys, self._wrapped.load)
        self._state: EncryptionState | None = None
        self._keys_are_known = False
        for engine in (self._writer, self._reader):
            use_keyring(engine.dialect, self.keyring)

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The engines for writing and for reading, for those who listen to statements."""
        return self._writer, self._reader

    def work(self, *, gathers: bool = False) -> UnitOfWork:
        """One transaction, to be used in a `with` statement; with `gathers` several acts may share it, side by side."""
        if not self._keys_are_known:
            self._know_the_keys()
        return self._work(gathers=gathers, opening=self._look_again if self._state is EncryptionState.off else None)

    def run(self, act: Callable[[UnitOfWork], T], *, gathers: bool = False) -> T:
        """Carry out `act` in one transaction; when it gave way to another or got no lock, again, three times at most.

        `act` must be safe to repeat: it works on what it loads. Raises Unavailable when the database stays away.
        """
        waits_shortly = False
        for attempt in range(_REPEATS + 1):
            try:
                with self.work(gathers=gathers) as work:
                    if waits_shortly:
                        work.reading.execute(text(f"SET LOCAL lock_timeout = {self._short_wait_ms}"))
                    return act(work)
            except OnewindowError as refused:
                if attempt == _REPEATS or not is_worth_repeating(refused):
                    raise
                waits_shortly = waits_shortly or waited_in_vain(refused)
        raise AssertionError("unreachable")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries: it sees what is committed, statement by statement, and opens no transaction."""
        if self._state is None:
            with suppress(Unavailable):  # of tables of an older version: what reads them tells
                self._stand(EncryptionState(self._wrapped.state()))
        try:
            with self._reader.connect() as connection:
                yield connection
        except SQLAlchemyError as failed:
            raise translated(failed) from failed

    def close(self) -> None:
        """Give all connections back."""
        self._writer.dispose()
        self._reader.dispose()
        self._of_keys.dispose()

    def encrypted(self, place: str, row: str, owner: str, clear: bytes) -> bytes:
        """What is kept outside of the tables, such as with the files, as the columns are. Raises KeyDestroyed."""
        return self.keyring.encrypt(place, row, owner, clear) if self.keyring.encrypts else clear

    def decrypted(self, place: str, row: str, kept: bytes) -> bytes | None:
        """The same back, or as a version before kept it; None when its key was destroyed. Raises NotAuthentic."""
        return self.keyring.decrypt(place, row, kept) if is_encrypted(kept) else kept

    def look_at_keys(self) -> None:
        """How far the database is encrypted, after it was changed here. Raises Unavailable."""
        self._stand(EncryptionState(self._wrapped.state()))

    def check_keys(self) -> None:
        """Nothing, when the keys at hand open what is kept.

        Raises NoMasterKey, MasterKeyMissing, MasterKeyWrong, Unavailable.
        """
        masters = self.keyring.masters
        for name in sorted(self._wrapped.masters() - masters.names):
            raise MasterKeyMissing(name)
        wrapped = self._wrapped.load(INSTALLATION)
        if wrapped:
            masters.unwrap(INSTALLATION, wrapped)

    def _work(self, *, gathers: bool = False, opening: Callable[[UnitOfWork], None] | None = None) -> UnitOfWork:
        if self._queue is not None:
            return UnitOfWork(self._writer, turn=self._queue.turn, gathers=gathers, opening=opening)
        return UnitOfWork(self._writer, sending=sending_together, gathers=gathers, opening=opening)

    def _know_the_keys(self) -> None:
        """Before the first write: how far the database is encrypted; a fresh one gets the key of its installation."""
        state = EncryptionState(self._wrapped.state())
        if state is not EncryptionState.off and self.keyring.is_set_up and self._wrapped.load(INSTALLATION) is None:
            with self._work() as work:
                work.keys.make_for_installation()
        self._stand(state)
        self._keys_are_known = True

    def _look_again(self, work: UnitOfWork) -> None:
        """While nothing is encrypted, every transaction looks first: somebody switches it on once all nodes can."""
        self._stand(work.keys.state())

    def _stand(self, state: EncryptionState) -> None:
        self._state = state
        self.keyring.encrypts = state is not EncryptionState.off
        self.keyring.takes_clear = state is not EncryptionState.whole


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "mmap_size = 268435456",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take SQLite's write lock at once: a transaction that reads first and writes later could lose its turn."""
    try:
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
    except sqlite3.Error as failed:
        raise DBAPIError.instance("BEGIN IMMEDIATE", None, failed, sqlite3.Error) from failed
