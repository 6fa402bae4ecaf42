"""What of an instance's data somebody does not see."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.casework.actor import Actor
from engine.casework.policy import Thing
from engine.casework.visibility import NOTHING_HIDDEN, Hidden, sees
from engine.store.repositories.restrictions import RESTRICTION
from engine.store.rows import table_of, to_variables
from engine.store.tables.cases import Case
from engine.store.tables.instances import Instance

_CASE = table_of(Case)
_INSTANCE = table_of(Instance)


def hidden_from(connection: Connection, actor: Actor, instance_id: str) -> Hidden:
    """What is hidden from somebody. One statement where nothing is restricted, else three."""
    rows = connection.execute(
        select(RESTRICTION.c.path, RESTRICTION.c.readers).where(RESTRICTION.c.instance_id == instance_id)
    ).all()
    if not rows:
        return NOTHING_HIDDEN
    thing = case_of_instance(connection, instance_id)
    paths = [tuple(row.path.split(".")) for row in rows if not sees(actor, row.readers.split(), thing)]
    if not paths:
        return NOTHING_HIDDEN
    kept = connection.execute(select(_INSTANCE.c.variables).where(_INSTANCE.c.id == instance_id)).scalar()
    return Hidden.of(paths, to_variables(kept))


def case_of_instance(connection: Connection, instance_id: str) -> Thing:
    """The case behind an instance as the policy knows it; a bare instance where there is none. One statement."""
    row = connection.execute(
        select(_CASE.c.id, _CASE.c.agency, _CASE.c.applicant, _CASE.c.service_key).where(
            _CASE.c.instance_id == instance_id
        )
    ).first()
    if row is None:
        return Thing(kind="instance", key=instance_id)
    return Thing(
        kind="application", key=row.id, agency=row.agency, person=row.applicant or None, service=row.service_key
    )
