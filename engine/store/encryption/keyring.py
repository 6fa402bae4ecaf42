"""The keys of one database, as far as this process has needed them lately.

Keys are read when they are needed, kept unwrapped in memory for some minutes, at most so many, and never asked for at a
vault: the master keys were read at the start. A wrapped key that comes with a row is noted, so that it need not be read
again. Shared by threads.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import Refused
from engine.store.encryption import envelope
from engine.store.encryption.master import MasterKeys, NoMasterKey, unwrap_under, wrap_under
from engine.store.encryption.owners import INSTALLATION, is_owner

MOST_KEYS: Final = 10_000
"""Kept unwrapped: some 500 bytes each."""
LIFE_SECONDS: Final = 300.0
"""So long another node may go on with a key after it was destroyed."""
DESTROYED: Final = b""
"""What stands where a key was."""
_MASTER: Final = "m"
Load = Callable[[str], bytes | None]
"""Reads the wrapped key of an owner; DESTROYED where it was, None where there never was one."""


class KeyDestroyed(Refused):
    """The data were erased by destroying their key."""

    code = "key-destroyed"

    def __init__(self) -> None:
        super().__init__("These data were erased, and nothing can be added to them.", remedy="Begin a new case.")


class KeyUnknown(Refused):
    """A value names a key that the database does not have."""

    code = "key-unknown"

    def __init__(self, owner: str) -> None:
        super().__init__(
            "The key of a kept value is not in the database.",
            remedy="Tell the operator: rows of the table data_key are missing; restore them from a backup.",
            owner=owner,
        )


class Keyring:
    """Encrypts and decrypts for one database."""

    def __init__(
        self,
        masters: MasterKeys | None,
        load: Load,
        *,
        most: int = MOST_KEYS,
        life_seconds: float = LIFE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._masters, self._load, self._most, self._life, self._seconds = masters, load, most, life_seconds, seconds
        self._mutex = threading.Lock()
        self._open: OrderedDict[str, tuple[AESGCM, float]] = OrderedDict()
        self._noted: OrderedDict[str, bytes] = OrderedDict()
        self.encrypts = True
        """Whether what is written is encrypted: not before an operator says so, where old nodes still run."""
        self.takes_clear = True
        """Whether clear values are read: not any more once everything is encrypted."""

    @property
    def masters(self) -> MasterKeys:
        """Those that are known. Raises NoMasterKey."""
        if self._masters is None:
            raise NoMasterKey
        return self._masters

    @property
    def is_set_up(self) -> bool:
        """Whether there is a master key."""
        return self._masters is not None

    # --- values --------------------------------------------------------------------------------------------------

    def encrypt(self, place: str, row: str, owner: str, clear: bytes) -> bytes:
        """A value as it is kept. Who has no key is served by that of the installation. Raises KeyDestroyed."""
        try:
            cipher = self._cipher(owner)
        except KeyUnknown:
            if owner == INSTALLATION:
                raise
            owner, cipher = INSTALLATION, self._cipher(INSTALLATION)
        if cipher is None:
            raise KeyDestroyed
        return envelope.encrypt(cipher, place, row, owner, clear)

    def decrypt(self, place: str, row: str, kept: bytes) -> bytes | None:
        """The value again; None when its key was destroyed. Raises NotAuthentic, KeyUnknown."""
        owner = envelope.owner_of(kept)
        if not is_owner(owner):
            raise envelope.NotAuthentic(place)
        cipher = self._cipher(owner)
        return None if cipher is None else envelope.decrypt(cipher, place, row, kept)

    def blind(self, place: str, text: str) -> str:
        """What a value is found by, without saying it: the same for the same text (HMAC with SHA-256, 128 bits)."""
        authenticator = hmac.HMAC(self._index_key(place), hashes.SHA256())
        authenticator.update(text.encode())
        return authenticator.finalize()[:16].hex()

    def index_of(self, place: str, text: str | None) -> str | None:
        """What stands in the index of a value; nothing for none, and while nothing is encrypted."""
        return self.blind(place, text) if text and self.encrypts else None

    # --- keys ----------------------------------------------------------------------------------------------------

    def make(self, owner: str) -> bytes:
        """A new key of a person or of the installation, wrapped, to be kept. Its owner must be new, too."""
        key = envelope.new_key()
        wrapped = self.masters.wrap(owner, key)
        self._remember(owner, envelope.cipher_of(key))
        return wrapped

    def make_under(self, parent: str, owner: str) -> bytes:
        """A new key of a case, wrapped under that of its applicant, to be kept. Raises KeyDestroyed."""
        try:
            cipher = self._cipher(parent)
        except KeyUnknown:
            parent, cipher = INSTALLATION, self._cipher(INSTALLATION)
        if cipher is None:
            raise KeyDestroyed
        key = envelope.new_key()
        wrapped = wrap_under(cipher, parent, owner, key)
        self._remember(owner, envelope.cipher_of(key))
        return wrapped

    def rewrap(self, owner: str, wrapped: bytes) -> bytes:
        """The same key under the current master key. Raises MasterKeyMissing, MasterKeyWrong."""
        return self.masters.wrap(owner, self.masters.unwrap(owner, wrapped))

    def note(self, owner: str, wrapped: bytes) -> None:
        """A wrapped key came with a row: it need not be read again."""
        with self._mutex:
            found = self._open.get(owner)
            if found is None or found[1] <= self._seconds():
                self._noted[owner] = wrapped
                if len(self._noted) > self._most:
                    self._noted.popitem(last=False)

    def forget(self, owner: str) -> None:
        """It was destroyed, or what it was made in was rolled back."""
        with self._mutex:
            self._open.pop(owner, None)
            self._noted.pop(owner, None)

    def _cipher(self, owner: str) -> AESGCM | None:
        if self._masters is None:
            raise NoMasterKey
        with self._mutex:
            found = self._open.get(owner)
            if found is not None and found[1] > self._seconds():
                self._open.move_to_end(owner)
                return found[0]
            wrapped = self._noted.pop(owner, None)
        if wrapped is None:
            wrapped = self._load(owner)
        if wrapped is None:
            raise KeyUnknown(owner)
        if wrapped == DESTROYED:
            self.forget(owner)
            return None
        cipher = self._unwrapped(owner, wrapped)
        if cipher is not None:
            self._remember(owner, cipher)
        return cipher

    def _unwrapped(self, owner: str, wrapped: bytes) -> AESGCM | None:
        parent = envelope.owner_of(wrapped)
        if parent.startswith(_MASTER):
            return envelope.cipher_of(self.masters.unwrap(owner, wrapped))
        cipher = self._cipher(parent)
        return None if cipher is None else envelope.cipher_of(unwrap_under(cipher, owner, wrapped))

    def _remember(self, owner: str, cipher: AESGCM) -> None:
        with self._mutex:
            self._open[owner] = cipher, self._seconds() + self._life
            self._open.move_to_end(owner)
            if len(self._open) > self._most:
                self._open.popitem(last=False)

    def _index_key(self, place: str) -> bytes:
        wrapped = self._load(INSTALLATION)
        if not wrapped:
            raise KeyUnknown(INSTALLATION)
        key = self.masters.unwrap(INSTALLATION, wrapped)
        info = f"onewindow-blind-index {place}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)
