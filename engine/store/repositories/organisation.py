"""Agencies with their units, roles and members, of one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from engine.casework.organisation import Agency, Member, Role, Unit
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import accounts
from engine.store.tables import organisation as tables

_AGENCY = table_of(tables.Agency)
_AGENCY_COLUMNS = columns_of(tables.Agency)
_UNIT = table_of(tables.Unit)
_UNIT_COLUMNS = columns_of(tables.Unit)
_ROLE = table_of(tables.AgencyRole)
_ROLE_COLUMNS = columns_of(tables.AgencyRole)
_UNIT_MEMBER = table_of(tables.UnitMember)
_ADMINISTRATION = table_of(tables.Administration)
_MEMBERSHIP = table_of(accounts.Membership)
_SUPERVISION = table_of(accounts.Supervision)
_ACCOUNT = table_of(accounts.Account)


class Organisation:
    """Agencies of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- agencies ----------------------------------------------------------------------------------------------------

    def agencies(self) -> list[Agency]:
        """All of them, by key."""
        rows = self._connection.execute(select(*_AGENCY_COLUMNS).order_by(_AGENCY.c.key))
        return [Agency(**taken(_AGENCY_COLUMNS, row)) for row in rows]

    def agency_keys(self) -> frozenset[str]:
        """The keys of all agencies."""
        return frozenset(self._connection.execute(select(_AGENCY.c.key)).scalars())

    def agency(self, key: str, *, lock: bool = False) -> Agency:
        """An agency; locked, nobody else changes how it is made up meanwhile. Raises NotFound."""
        statement = select(*_AGENCY_COLUMNS).where(_AGENCY.c.key == key)
        row = self._connection.execute(statement.with_for_update() if lock else statement).first()
        if row is None:
            raise NotFound.of("agency", key)
        return Agency(**taken(_AGENCY_COLUMNS, row))

    def add_agency(self, agency: Agency) -> None:
        """Keep a new agency. A key that is taken is refused when the transaction commits or sooner."""
        self._connection.execute(insert(_AGENCY), plain(agency))

    def save_agency(self, agency: Agency) -> None:
        """Keep an agency as it is now; it must be locked."""
        row = plain(agency)
        values = {name: row[name] for name in ("names", "parent", "contact")}
        self._connection.execute(update(_AGENCY).where(_AGENCY.c.id == agency.id).values(**values))

    # --- units and roles ---------------------------------------------------------------------------------------------

    def units(self, agency: str) -> list[Unit]:
        """The units of an agency, by key."""
        statement = select(*_UNIT_COLUMNS).where(_UNIT.c.agency == agency).order_by(_UNIT.c.key)
        return [Unit(**taken(_UNIT_COLUMNS, row)) for row in self._connection.execute(statement)]

    def put_unit(self, unit: Unit) -> None:
        """Keep a unit, new or changed."""
        self._put(_UNIT, plain(unit), ("names", "parent"))

    def remove_unit(self, agency: str, key: str) -> bool:
        """Take a unit out; whether there was one."""
        statement = delete(_UNIT).where(_UNIT.c.agency == agency, _UNIT.c.key == key)
        return self._connection.execute(statement).rowcount == 1

    def roles(self, agency: str) -> list[Role]:
        """The roles of an agency, by key."""
        statement = select(*_ROLE_COLUMNS).where(_ROLE.c.agency == agency).order_by(_ROLE.c.key)
        return [Role(**taken(_ROLE_COLUMNS, row)) for row in self._connection.execute(statement)]

    def put_role(self, role: Role) -> None:
        """Keep a role, new or changed."""
        self._put(_ROLE, plain(role), ("names",))

    def remove_role(self, agency: str, key: str) -> bool:
        """Take a role out; whether there was one."""
        statement = delete(_ROLE).where(_ROLE.c.agency == agency, _ROLE.c.key == key)
        return self._connection.execute(statement).rowcount == 1

    def members_of_role(self, queue: QueueName) -> int:
        """How many work in a queue."""
        statement = select(func.count()).select_from(_MEMBERSHIP).where(_MEMBERSHIP.c.queue == str(queue))
        return int(self._connection.execute(statement).scalar_one())

    def members_of_unit(self, agency: str, unit: str) -> int:
        """How many belong to a unit."""
        statement = (
            select(func.count())
            .select_from(_UNIT_MEMBER)
            .where(_UNIT_MEMBER.c.agency == agency, _UNIT_MEMBER.c.unit == unit)
        )
        return int(self._connection.execute(statement).scalar_one())

    # --- members -----------------------------------------------------------------------------------------------------

    def seat(self, agency: str, account: str, unit: str | None) -> None:
        """Let an account belong to a unit of an agency, or to none."""
        if unit is None:
            self._connection.execute(
                delete(_UNIT_MEMBER).where(_UNIT_MEMBER.c.agency == agency, _UNIT_MEMBER.c.account_id == account)
            )
        else:
            self._put(_UNIT_MEMBER, {"agency": agency, "account_id": account, "unit": unit}, ("unit",))

    def members(self, agency: str, account: str | None = None) -> list[Member]:
        """Who belongs to an agency, by name; or one account alone. Two statements."""
        queue_of = func.substr(_MEMBERSHIP.c.queue, 1, len(agency) + 1) == f"{agency}:"
        roles = select(_MEMBERSHIP.c.account_id, _MEMBERSHIP.c.queue).where(queue_of)
        others = [
            select(table.c.account_id).where(table.c.agency == agency)
            for table in (_SUPERVISION, _ADMINISTRATION, _UNIT_MEMBER)
        ]
        if account is not None:
            roles = roles.where(_MEMBERSHIP.c.account_id == account)
        held: dict[str, set[str]] = {}
        for key, queue in self._connection.execute(roles):
            held.setdefault(key, set()).add(queue.partition(":")[2])
        statement = (
            select(
                _ACCOUNT.c.id,
                _ACCOUNT.c.name,
                _ACCOUNT.c.sign_in_name,
                _ACCOUNT.c.disabled,
                _UNIT_MEMBER.c.unit,
                _ACCOUNT.c.id.in_(others[0]).label("supervises"),
                _ACCOUNT.c.id.in_(others[1]).label("administers"),
            )
            .outerjoin(_UNIT_MEMBER, (_UNIT_MEMBER.c.account_id == _ACCOUNT.c.id) & (_UNIT_MEMBER.c.agency == agency))
            .where(_belongs(others, select(_MEMBERSHIP.c.account_id).where(queue_of)))
            .order_by(_ACCOUNT.c.id)
        )
        if account is not None:
            statement = statement.where(_ACCOUNT.c.id == account)
        found = [
            Member(
                agency=agency,
                account=row.id,
                name=row.name,
                sign_in_name=row.sign_in_name,
                unit=row.unit,
                roles=frozenset(held.get(row.id, ())),
                supervises=bool(row.supervises),
                administers=bool(row.administers),
                disabled=row.disabled,
            )
            for row in self._connection.execute(statement)
        ]
        return sorted(found, key=lambda one: (one.name, one.account))

    def roles_in_use(self, agency: str) -> frozenset[str]:
        """The roles of an agency that somebody works in, registered or not."""
        queue_of = func.substr(_MEMBERSHIP.c.queue, 1, len(agency) + 1) == f"{agency}:"
        found = self._connection.execute(select(_MEMBERSHIP.c.queue).where(queue_of).distinct()).scalars()
        return frozenset(queue.partition(":")[2] for queue in found)

    def _put(self, table: Any, row: dict[str, Any], changed: tuple[str, ...]) -> None:
        statement = insert_into(table, self._connection).values(**row)
        new = {name: statement.excluded[name] for name in changed}
        keys = list(table.primary_key.columns)
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new))


def _belongs(others: list[Any], members: Any) -> ColumnElement[bool]:
    return or_(*(_ACCOUNT.c.id.in_(found) for found in (members, *others)))
