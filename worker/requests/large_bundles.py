"""Room in memory for artifact bundles with many members, whose tables take far more memory than their files."""

from __future__ import annotations

import gc
import sys
import threading
import time
from weakref import WeakSet, WeakValueDictionary

from core.errors import NoRoom
from core.failures import Failure
from core.files.artifact_bundle import Bundle, BundleLimits
from worker.caches.keys import Key
from worker.caches.readers import read_stored_bundle
from worker.caches.stored_file import StoredFile

ROOM_BYTES = 160 << 20
"""What all of them that are open take at most; the first one has room in any case."""
MANY_MEMBERS = 28_000
"""So many take a quarter of the memory cache, and are not kept there anyway."""

_SWEEP_EVERY_S = 5.0
_BYTES_PER_MEMBER = 1500  # with what reading takes


class LargeBundles:
    """The open bundles of one process with many members: each is read once, one at a time, and shared by requests."""

    def __init__(self, limits: BundleLimits) -> None:
        self._limits = limits
        self._reading = threading.Lock()
        self._sweep_after = 0.0
        self._open: WeakSet[Bundle] = WeakSet()
        self._by_key: WeakValueDictionary[Key, Bundle] = WeakValueDictionary()

    def get(self, key: Key) -> Bundle | None:
        """Return a bundle that some request has open."""
        return self._by_key.get(key)

    def share(self, key: Key, bundle: Bundle) -> None:
        """Let other requests have a bundle, if it is a large one, as long as this one has it."""
        if bundle in self._open:
            self._by_key[key] = bundle

    def read(self, file: StoredFile) -> Bundle | Failure:
        """Return the bundle in ``file``, or why it is none.  Raises NoRoom if others have to be closed first."""
        admission = _Admission(self._reading, self._taken_bytes())
        try:
            bundle = read_stored_bundle(file, self._limits, admission.admit)
            if admission.is_large and isinstance(bundle, Bundle):
                self._open.add(bundle)
            return bundle
        finally:
            admission.end()

    def cached_size(self, bundle: Bundle) -> int:
        """Return about how much memory a bundle takes in a cache: too much, if it is a large one."""
        return sys.maxsize if bundle in self._open else bundle.size_bytes

    def sweep(self) -> None:
        """Free closed bundles that are in reference cycles, unless that was done a moment ago: it takes long."""
        now = time.monotonic()
        if now >= self._sweep_after:
            self._sweep_after = now + _SWEEP_EVERY_S
            gc.collect()

    def _taken_bytes(self) -> int:
        return sum(bundle.size_bytes for bundle in list(self._open))


class _Admission:
    """The turn of one bundle, if it needs one."""

    def __init__(self, reading: threading.Lock, taken_bytes: int) -> None:
        self._reading = reading
        self._taken_bytes = taken_bytes
        self.is_large = False

    def admit(self, members: int) -> None:
        """Let a bundle with so many members be read.  Raises NoRoom."""
        if members < MANY_MEMBERS or self.is_large:
            return
        if self._taken_bytes and self._taken_bytes + members * _BYTES_PER_MEMBER > ROOM_BYTES:
            raise NoRoom(f"for a bundle of {members} files")
        if not self._reading.acquire(blocking=False):
            raise NoRoom("while another large bundle is read")
        self.is_large = True

    def end(self) -> None:
        """Let the next one be read."""
        if self.is_large:
            self._reading.release()
