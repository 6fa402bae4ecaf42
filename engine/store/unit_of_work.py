"""One transaction: the only place that commits.

A use case opens it with `with database.work() as work:`, loads under lock, records, and leaves: on the normal way out
all is committed, on every other nothing happened. Repositories hang on it, one a group of tables.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from engine.store.faults import translated
from engine.store.lanes import Lanes
from engine.store.repositories.accounts import Accounts, KeptAnswers
from engine.store.repositories.cases import Cases
from engine.store.repositories.clear_values import ClearValues
from engine.store.repositories.closures import Closures
from engine.store.repositories.credentials import Credentials
from engine.store.repositories.deployments import Deployments
from engine.store.repositories.deputies import Deputies
from engine.store.repositories.events import Events
from engine.store.repositories.exchanges import Exchanges
from engine.store.repositories.exports import DataExports
from engine.store.repositories.federation import Federation
from engine.store.repositories.files import Attachments, Documents
from engine.store.repositories.instances import Instances
from engine.store.repositories.jobs import Incidents, Jobs
from engine.store.repositories.journal import Journal
from engine.store.repositories.keys import Keys
from engine.store.repositories.lookups import Lookups
from engine.store.repositories.mandates import Mandates
from engine.store.repositories.messages import Messages
from engine.store.repositories.notices import Notices
from engine.store.repositories.openings import Openings
from engine.store.repositories.organisation import Organisation
from engine.store.repositories.partners import Partners
from engine.store.repositories.payments import Payments
from engine.store.repositories.prefills import Consents, Prefills
from engine.store.repositories.restrictions import Restrictions
from engine.store.repositories.retention import Records
from engine.store.repositories.seals import SealRows
from engine.store.repositories.silences import Silences
from engine.store.repositories.tasks import Tasks
from engine.store.repositories.webhooks import Webhooks
from engine.store.sent_together import Sending


class UnitOfWork:
    """A transaction and its repositories. Not to be used again after its `with` statement, nor by two threads."""

    deployments: Deployments
    instances: Instances
    tasks: Tasks
    jobs: Jobs
    incidents: Incidents
    messages: Messages
    partners: Partners
    exchanges: Exchanges
    exports: DataExports
    payments: Payments
    cases: Cases
    lookups: Lookups
    consents: Consents
    prefills: Prefills
    closures: Closures
    attachments: Attachments
    documents: Documents
    notices: Notices
    journal: Journal
    seals: SealRows
    silences: Silences
    accounts: Accounts
    credentials: Credentials
    federation: Federation
    idempotency: KeptAnswers
    organisation: Organisation
    deputies: Deputies
    openings: Openings
    restrictions: Restrictions
    mandates: Mandates
    events: Events
    webhooks: Webhooks
    records: Records
    keys: Keys
    clear: ClearValues

    def __init__(
        self,
        engine: Engine,
        turn: Callable[[], AbstractContextManager[None]] | None = None,
        sending: Callable[[Connection], AbstractContextManager[Sending]] | None = None,
        *,
        gathers: bool = False,
        opening: Callable[[UnitOfWork], None] | None = None,
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._sending = sending
        self._gathers = gathers
        self._opening = opening
        self._lanes: Lanes | None = None
        self._stack = ExitStack()
        self._sent = ExitStack()
        self._sends: Sending | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> UnitOfWork:
        with ExitStack() as stack:
            try:
                if self._turn is not None:
                    stack.enter_context(self._turn())
                connection = stack.enter_context(self._engine.connect())
                connection.begin()
                if self._sending is not None:
                    self._sends = self._sent.enter_context(self._sending(connection))
            except SQLAlchemyError as failed:
                raise translated(failed) from failed
            self._stack = stack.pop_all()
        self._connection = connection
        if self._gathers:
            self._lanes = Lanes(connection)
            connection = cast(Connection, self._lanes)
        self.deployments = Deployments(connection)
        self.instances = Instances(connection)
        self.tasks = Tasks(connection)
        self.jobs = Jobs(connection)
        self.incidents = Incidents(connection)
        self.messages = Messages(connection)
        self.partners = Partners(connection)
        self.exchanges = Exchanges(connection)
        self.exports = DataExports(connection)
        self.payments = Payments(connection)
        self.cases = Cases(connection)
        self.lookups = Lookups(connection)
        self.consents = Consents(connection)
        self.prefills = Prefills(connection)
        self.closures = Closures(connection)
        self.attachments = Attachments(connection)
        self.documents = Documents(connection)
        self.notices = Notices(connection)
        self.journal = Journal(connection)
        self.seals = SealRows(connection)
        self.silences = Silences(connection)
        self.accounts = Accounts(connection)
        self.credentials = Credentials(connection)
        self.federation = Federation(connection)
        self.idempotency = KeptAnswers(connection)
        self.organisation = Organisation(connection)
        self.deputies = Deputies(connection)
        self.openings = Openings(connection)
        self.restrictions = Restrictions(connection)
        self.mandates = Mandates(connection)
        self.events = Events(connection)
        self.webhooks = Webhooks(connection)
        self.records = Records(connection)
        self.keys = Keys(connection)
        self.clear = ClearValues(connection)
        if self._opening is not None:
            self._open()
        return self

    def _open(self) -> None:
        """What is looked at first of all in a transaction."""
        assert self._opening is not None
        assert self._connection is not None
        try:
            self._opening(self)
        except SQLAlchemyError as failed:
            self._give_back(self._connection)
            raise translated(failed) from failed

    @property
    def reading(self) -> Connection:
        """For read models that must see what this transaction has done so far."""
        assert self._connection is not None
        return self._connection

    def lane(self) -> AbstractContextManager[None]:
        """Gather what is written within, beside other lanes: `lanes.py`. Only of a work that gathers."""
        assert self._lanes is not None
        return self._lanes.lane()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        try:
            if error is None:
                if self._lanes is not None:
                    self._lanes.send()
                if self._sends is not None:
                    self._sends.ends = True
                self._sent.close()
                self._connection.commit()
        except SQLAlchemyError as failed:
            raise translated(failed) from failed
        finally:
            self._give_back(self._connection)
        if isinstance(error, SQLAlchemyError):
            raise translated(error) from error

    def _give_back(self, connection: Connection) -> None:
        """Roll back what was not committed, then let the next one in; a connection that cannot is thrown away."""
        try:
            self._sent.close()
            connection.rollback()
        except SQLAlchemyError:
            connection.invalidate()
        self._stack.close()
