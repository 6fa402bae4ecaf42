"""A key to seal documents with, for tests."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from onewindow.demo_seal import sealing_key

PASSWORD = "a password of the tests"


def a_seal(folder: Path) -> dict[str, str]:
    """The settings of a fresh key in a folder, for every agency."""
    path = folder / "seal.p12"
    path.write_bytes(_key())
    return {"ONEWINDOW_SIGNING_KEYS": f"*={path}", "ONEWINDOW_SECRET_SIGNING_PASSWORD": PASSWORD}


@lru_cache(maxsize=1)
def _key() -> bytes:
    return sealing_key(PASSWORD, "Seal of the tests")
