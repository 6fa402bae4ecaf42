"""Master keys of the tests: one that all share, `MASTER_KEYS`, and the variable by which a program is given it."""

from __future__ import annotations

from typing import Final

from engine.store.encryption.master import MasterKeys

TEXT: Final = "a master key of the tests, of no worth to anybody"
MASTER_KEYS: Final = MasterKeys.of({"master-key": TEXT}, "master-key")
MASTER_KEY_SET: Final = {"ONEWINDOW_SECRET_MASTER_KEY": TEXT}
"""For the environment of a program."""
