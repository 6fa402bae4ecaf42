"""Fields of an instance that not everybody sees."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class FieldRestriction(Base):
    """One restricted path among the variables of an instance. It is erased with the record of its case."""

    __tablename__ = "field_restriction"
    __table_args__ = ({"sqlite_with_rowid": False},)

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(512), primary_key=True)
    """Names from the variable down, joined by dots; `*` is every row of a list."""
    readers: Mapped[str] = mapped_column(Text)
    """Words, apart by blanks."""
