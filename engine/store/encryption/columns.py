"""Columns that are written encrypted, as types of SQLAlchemy: what is read through them is clear.

Reading needs no care: a SELECT or RETURNING of such a column gives its value with the key of its row before it, from
the row itself, and what does not belong there does not open. Writing needs the owner: `protected` says it for a row, by
the rule of its column, and whoever forgets it is refused. Only values that a subquery hands on are named by `shown`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    literal_column,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Label
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.store.encryption import envelope
from engine.store.encryption.keyring import Keyring, KeyUnknown
from engine.store.encryption.owners import OF_CASE, Rule, case, owner_by

_SEPARATOR: Final = "\x1f"
_KEYRINGS: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()
_json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def use_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Let the columns of a database be read and written with these keys."""
    _KEYRINGS[dialect] = keyring


def keyring_of(connection: Connection) -> Keyring:
    """The keys of the database behind a connection."""
    return _KEYRINGS[connection.dialect]


class NotProtected(Exception, DontWrapMixin):
    """A fault of ours: a statement would write personal data in clear, or read them without their row."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A value to be written, with whose key encrypts it and the key of its row."""

    value: Any = field(repr=False)
    owner: str
    row: str


class Encrypted(TypeDecorator[Any]):
    """Text, kept encrypted in a column of text.

    `place` is table and column, `row` the columns of the primary key, `owner` says whose key; `longest` counts clear
    characters, where there is a limit.
    """

    impl: Any = Text
    cache_ok = True

    def __init__(
        self,
        place: str,
        *,
        row: tuple[str, ...] = ("id",),
        owner: Rule = OF_CASE,
        longest: int | None = None,
    ) -> None:
        super().__init__()
        self.place, self.row, self.owner, self.longest = place, row, tuple(owner), longest

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite takes texts of any length, so that its columns stay as they were declared before."""
        if dialect.name == "sqlite" and self.longest is not None:
            return String(self.longest)
        return super().load_dialect_impl(dialect)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """To what is kept. An empty text says nothing, and is kept as it is."""
        if value is None or value == "":
            return value
        if not isinstance(value, Personal):
            raise NotProtected(f"{self.place} is personal: write it as `protected` gives it.")
        clear = self.to_clear(value.value)
        keyring = _KEYRINGS[dialect]
        if not keyring.encrypts:
            return self.as_before(clear)
        return self.to_kept(keyring.encrypt(self.place, value.row, value.owner, clear))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """To what it says; None when its key was destroyed. Raises NotAuthentic, KeyUnknown."""
        return None if value is None else self.opened(value, dialect)

    def opened(self, value: Any, dialect: Dialect) -> Any:
        """What a value says that comes with the key of its row."""
        row, kept = self.parted(value)
        if not kept:
            return self.from_clear(b"")
        keyring = _KEYRINGS[dialect]
        if not envelope.is_encrypted(kept):
            if not keyring.takes_clear:
                raise envelope.NotAuthentic(self.place)
            return self.from_clear(self.of_before(kept))
        clear = keyring.decrypt(self.place, row, self.from_kept(kept))
        return None if clear is None else self.from_clear(clear)

    def column_expression(self, column: Any) -> ColumnElement[Any]:
        """The value with the key of its row before it."""
        element = column.element if isinstance(column, Label) else column
        keys = element.table.c
        missing = [name for name in self.row if name not in keys]
        if missing or not _is_table(element.table):
            raise NotProtected(f"{self.place} comes from a subquery: select it there as `shown` gives it.")
        row: ColumnElement[str] = cast(keys[self.row[0]], String)
        for name in self.row[1:]:
            row = row + literal_column("':'", String) + cast(keys[name], String)
        joined = self.with_row(row + literal_column(f"'{_SEPARATOR}'", String), element)
        return type_coerce(joined, _WithRow(self))

    # --- how it is kept; columns of bytes and of JSON differ here ------------------------------------------------

    def with_row(self, row: ColumnElement[str], element: ColumnElement[Any]) -> ColumnElement[Any]:
        """Both in one."""
        return row + type_coerce(element, Text)

    def parted(self, value: Any) -> tuple[str, Any]:
        """Both again."""
        row, _, kept = value.partition(_SEPARATOR)
        return row, kept

    def to_clear(self, value: Any) -> bytes:
        """The bytes to encrypt. Raises ValueError for a text that cannot be kept."""
        if self.longest is not None and len(value) > self.longest:
            raise ValueError(f"{self.place} takes {self.longest} characters.")
        if "\x00" in value:
            raise ValueError(f"{self.place} takes no NUL.")
        return str(value).encode()

    def from_clear(self, clear: bytes) -> Any:
        """The value of its bytes."""
        return clear.decode()

    def to_kept(self, encrypted: bytes) -> Any:
        """As the column takes it."""
        return envelope.as_text(encrypted)

    def from_kept(self, kept: Any) -> bytes:
        """As the envelope is read. Raises NotAuthentic."""
        return envelope.from_text(kept, self.place)

    def as_before(self, clear: bytes) -> Any:
        """As versions before kept it."""
        return clear.decode()

    def of_before(self, kept: Any) -> bytes:
        """The bytes of a value that versions before kept."""
        return str(kept).encode()


class EncryptedJson(Encrypted):
    """Plain JSON, kept encrypted in a column of text."""

    cache_ok = True

    def to_clear(self, value: Any) -> bytes:
        """To text."""
        return _json_text(value).encode()

    def from_clear(self, clear: bytes) -> Any:
        """From text."""
        return json.loads(clear) if clear else None


class Unopened(bytes):
    """Bytes that do not open, for they were damaged: they say nothing, and are written again as they stand."""

    kept: bytes

    @classmethod
    def of(cls, kept: bytes) -> Unopened:
        """In place of what stands there."""
        made = cls(b"not authentic")
        made.kept = kept
        return made


class EncryptedBytes(Encrypted):
    """Bytes, kept encrypted in a column of bytes. Who reads damaged ones is told by what cannot read them."""

    impl: Any = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """To what is kept."""
        if isinstance(value, Personal) and isinstance(value.value, Unopened):
            return value.value.kept
        return super().process_bind_param(value, dialect)

    def opened(self, value: Any, dialect: Dialect) -> Any:
        """What a value says that comes with the key of its row."""
        try:
            return super().opened(value, dialect)
        except (envelope.NotAuthentic, KeyUnknown):
            return Unopened.of(self.parted(value)[1])

    def with_row(self, row: ColumnElement[str], element: ColumnElement[Any]) -> ColumnElement[Any]:
        """Both as bytes."""
        return _BytesWithRow(row, type_coerce(element, LargeBinary))

    def parted(self, value: Any) -> tuple[str, Any]:
        """Both again."""
        row, _, kept = bytes(value).partition(_SEPARATOR.encode())
        return row.decode(), kept

    def to_clear(self, value: Any) -> bytes:
        """As it is."""
        return bytes(value)

    def from_clear(self, clear: bytes) -> Any:
        """As it is."""
        return clear

    def to_kept(self, encrypted: bytes) -> Any:
        """As it is."""
        return encrypted

    def from_kept(self, kept: Any) -> bytes:
        """As it is."""
        return bytes(kept)

    def as_before(self, clear: bytes) -> Any:
        """As it is."""
        return clear

    def of_before(self, kept: Any) -> bytes:
        """As it is."""
        return bytes(kept)


class CaseKey(EncryptedBytes):
    """The wrapped key of a case, in the row of its instance. Who reads it, hands it to the keyring.

    It stands before the other columns of its table, so that the values after it find their key at hand.
    """

    cache_ok = True

    def __init__(self) -> None:
        super().__init__("instance.case_key")

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """It is wrapped already."""
        return value

    def opened(self, value: Any, dialect: Dialect) -> Any:
        """As it is."""
        row, wrapped = self.parted(value)
        _KEYRINGS[dialect].note(case(row), wrapped)
        return wrapped


class _WithRow(TypeDecorator[Any]):
    """A value with the key of its row before it, as a database gives it."""

    impl = Text
    cache_ok = True

    def __init__(self, of: Encrypted) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As that which it shows."""
        return self.of.load_dialect_impl(dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As that which it shows."""
        return self.of.process_result_value(value, dialect)


class _BytesWithRow(ColumnElement[bytes]):
    """The key of a row and bytes, joined: databases join texts by an operator, bytes each in its own way."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 (as SQLAlchemy reads it)
        ("row", InternalTraversal.dp_clauseelement),
        ("element", InternalTraversal.dp_clauseelement),
    ]
    type = LargeBinary()

    def __init__(self, row: ColumnElement[str], element: ColumnElement[Any]) -> None:
        self.row, self.element = row, element

    @property
    def _from_objects(self) -> list[Any]:
        return [*self.row._from_objects, *self.element._from_objects]


@compiles(_BytesWithRow)
def _joined(joined: _BytesWithRow, compiler: Any, **options: Any) -> str:
    row, element = (_part(compiler, one, options) for one in (joined.row, joined.element))
    if compiler.dialect.name == "postgresql":
        return f"(convert_to({row}, 'UTF8') || {element})"
    return f"CAST(CAST({row} AS BLOB) || {element} AS BLOB)"


def _part(compiler: Any, element: Any, options: Mapping[str, Any]) -> str:
    inner = {name: value for name, value in options.items() if name not in _OF_THE_OUTERMOST}
    return str(compiler.process(element, **inner))


_OF_THE_OUTERMOST: Final = ("within_columns_clause", "add_to_result_map")


def shown(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Columns as a subquery hands them on: personal ones with the key of their row."""
    return [_shown(column) for column in columns]


def protected(table: Table, row: Mapping[str, Any], *, owner: str | None = None) -> dict[str, Any]:
    """A row to be written: what is personal comes with its owner, by the rule of its column or as it is said here."""
    found = dict(row)
    for name, kind in _personal(table):
        value = found.get(name)
        if value is not None and value != "":
            said = owner or owner_by(kind.owner, found)
            found[name] = Personal(value, said, ":".join(str(found[key]) for key in kind.row))
    return found


def personal_columns(table: Table) -> Sequence[str]:
    """The names of the columns of a table that are written encrypted."""
    return [name for name, _ in _personal(table)]


def _personal(table: Table) -> Sequence[tuple[str, Encrypted]]:
    found = _PERSONAL.get(table)
    if found is None:
        found = tuple(
            (column.name, column.type)
            for column in table.columns
            if isinstance(column.type, Encrypted) and not isinstance(column.type, CaseKey)
        )
        _PERSONAL[table] = found
    return found


_PERSONAL: Final[dict[Table, Sequence[tuple[str, Encrypted]]]] = {}


def _shown(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if not isinstance(column.type, Encrypted):
        return column
    name = column.name if isinstance(column, Label | Column) else column.key
    return column.type.column_expression(column).label(name)


def _is_table(selected: Any) -> bool:
    return isinstance(getattr(selected, "element", selected), Table)
