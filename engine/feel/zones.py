"""Offsets of time zones, for any year of FEEL.

Python's zone data serves years 1 to 9999. Other years take the offset of a year of the same shape: the Gregorian
calendar repeats every 400 years.
"""

from __future__ import annotations

import datetime as py
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=700)
def zone_info(zone: str) -> ZoneInfo | None:
    """The zone of an IANA name, or None when there is none such."""
    if not zone or zone.startswith(("/", ".")) or ".." in zone:
        return None
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def same_shape(year: int) -> int:
    """A year between 1 and 9999 whose calendar is the same as that of `year`."""
    return year if 1 < year < 9999 else 2000 + year % 400


@lru_cache(maxsize=4096)
def offset_at(zone: str, year: int, month: int, day: int, hour: int, minute: int) -> int:
    """Seconds east of Greenwich at a local moment of a zone; 0 for an unknown zone."""
    info = zone_info(zone)
    if info is None:
        return 0
    offset = py.datetime(same_shape(year), month, day, hour, minute, tzinfo=info).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def offset_of_instant(zone: str, year: int, month: int, day: int, hour: int, minute: int) -> int:
    """Seconds east of Greenwich in a zone at a moment given in UTC; 0 for an unknown zone."""
    info = zone_info(zone)
    if info is None:
        return 0
    moment = py.datetime(same_shape(year), month, day, hour, minute, tzinfo=py.UTC)
    offset = moment.astimezone(info).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
