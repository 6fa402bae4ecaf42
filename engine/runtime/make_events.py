"""What stands in the outbox becomes events, and deliveries to those who want to be told. A worker does it, in rounds.

One transaction at a time does it, so that events have one order. An entry of the journal that is no event for anybody
outside is taken out and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from engine.casework.event import Event
from engine.casework.event_kinds import OF_ACTION
from engine.casework.webhook import Delivery
from engine.identity import is_key, new_key
from engine.runtime.reserve_document import documents_chain
from engine.runtime.wiring import Runtime
from engine.store.repositories.events import EventPlace, OutboxEntry
from engine.store.unit_of_work import UnitOfWork

_MOST: Final = 500
_DOCUMENTS: Final = documents_chain("")


def make_events(runtime: Runtime, most: int = _MOST) -> int:
    """Make events of the first entries of the outbox; gives how many entries were taken out. Raises Unavailable.

    0 when there are none, or when somebody else does it just now.
    """
    return runtime.database.run(lambda work: _make(runtime, work, most))


def _make(runtime: Runtime, work: UnitOfWork, most: int) -> int:
    last = work.events.hold_feed()
    if last is None:
        return 0
    entries = work.events.entries(most)
    told = [entry for entry in entries if entry.action in OF_ACTION]
    events = list(_events(told, _places(work, told), last))
    if events:
        work.events.add_many(events)
        work.events.move_feed(events[-1].position)
        now = runtime.clock.now()
        subscriptions = work.webhooks.all()
        work.webhooks.enqueue(
            [
                Delivery(subscription_id=subscription.id, position=event.position, event_id=event.id, created_at=now)
                for event in events
                for subscription in subscriptions
                if subscription.wants(event)
            ]
        )
    work.events.take_out(entries)
    return len(entries)


def _events(entries: Sequence[OutboxEntry], places: Mapping[str, EventPlace], last: int) -> Iterator[Event]:
    for position, entry in enumerate(entries, start=last + 1):
        kind, place = OF_ACTION[entry.action], places.get(entry.chain, EventPlace())
        yield Event(
            id=new_key(),
            position=position,
            type=kind.type,
            at=entry.at,
            subject=entry.subject,
            case_id=place.case_id,
            case_number=place.case_number,
            instance_id=place.instance_id,
            agency=place.agency,
            service=place.service,
            carried=kind.carried(entry.detail),
        )


def _places(work: UnitOfWork, entries: Sequence[OutboxEntry]) -> dict[str, EventPlace]:
    """Where the entries of each chain happened."""
    chains = {entry.chain for entry in entries}
    of_instances = work.events.places_of_instances({chain for chain in chains if is_key(chain)})
    of_cases = work.events.places_of_cases(
        {chain.removeprefix(_DOCUMENTS) for chain in chains if chain.startswith(_DOCUMENTS)}
    )
    return of_instances | {documents_chain(case_id): place for case_id, place in of_cases.items()}
