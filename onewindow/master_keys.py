"""The master keys of this installation, by reference: secrets whose names begin with `master-key`.

One wraps the keys of persons; others may stand beside it, until `onewindow keys rotate` has moved what they wrapped.
The demonstration has one of its own, in a file beside its embedded database: whatever is run on that database finds it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog

from engine.errors import Invalid
from engine.store.encryption.master import MasterKeys, NoMasterKey
from onewindow.settings import Settings

PREFIX: Final = "master-key"
DEMO: Final = "master-key-demo"
DEMO_FILE: Final = "demo-master.key"
log = structlog.get_logger("security")


class MasterKeyNotNamed(Invalid):
    """It is not said which master key wraps what is new."""

    code = "master-key-not-named"


def master_keys(settings: Settings) -> MasterKeys | None:
    """Those of the settings; None without any. Raises MasterKeyTooShort, MasterKeyNotNamed."""
    texts = _texts(settings)
    if not texts:
        return None
    named = settings.keys.master_key
    if named and named not in texts:
        raise MasterKeyNotNamed(
            f"ONEWINDOW_MASTER_KEY names {named:.80}, and there is no such secret.",
            remedy=f"Name one of {', '.join(sorted(texts))}.",
        )
    if not named and len(texts) > 1:
        raise MasterKeyNotNamed(
            f"There are several master keys: {', '.join(sorted(texts))}.",
            remedy="Set ONEWINDOW_MASTER_KEY to the name of the one that wraps what is new.",
        )
    return MasterKeys.of(texts, named or next(iter(texts)))


def require_master_key(settings: Settings) -> None:
    """Refuse to start without a key, or with one that cannot be used. Raises NoMasterKey and as `master_keys`."""
    found = master_keys(settings)
    if found is None:
        raise NoMasterKey
    if found.current == DEMO:
        log.warning("personal data are encrypted under the key of the demonstration", remedy="Set one of your own.")


def for_the_moment() -> Mapping[str, str]:
    """Variables that set a master key which nobody keeps, for a database that is thrown away."""
    return {"ONEWINDOW_SECRET_MASTER_KEY": secrets.token_urlsafe(48), "ONEWINDOW_MASTER_KEY": PREFIX}


def demo_file(settings: Settings) -> Path | None:
    """Where the demonstration keeps its key beside an embedded database; None where there is none embedded."""
    return Path(settings.database_url.removeprefix("sqlite:///")).parent / DEMO_FILE if settings.is_sqlite else None


def _texts(settings: Settings) -> Mapping[str, str]:
    found = {
        name: secret.value
        for name, secret in settings.secrets.items()
        if name == PREFIX or name.startswith(f"{PREFIX}-")
    }
    file = demo_file(settings)
    if not found and file is not None and file.is_file():
        return {DEMO: file.read_text(encoding="utf-8").strip()}
    return found
