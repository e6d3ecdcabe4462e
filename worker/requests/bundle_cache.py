"""Cache of open artifact bundles, with room for those with many members.

The tables of such bundles take far more memory than their files.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from weakref import WeakSet, WeakValueDictionary

from core.errors import NoRoom
from core.failures import Failure, FailureKind
from core.files.artifact_bundle import Bundle, BundleLimits
from worker.caches.keys import Key
from worker.caches.readers import read_stored_bundle
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import Draft, StoredFile
from worker.caches.tiered_cache import Freshness, LoadedCache

ROOM_BYTES = 160 << 20
"""What all of them that are open take at most; the first one has room in any case."""
MANY_MEMBERS = 28_000
"""So many take a quarter of the memory cache, and are not kept there anyway."""

_TRIES_FOR_ROOM = 30
_ROOM_PAUSE_S = 1.0
_SWEEP_EVERY_S = 5.0
_BYTES_PER_MEMBER = 1500  # with what reading takes


class BundleCache:
    """Open bundles by their keys: small ones in ``bundles``, ``large`` ones as long as a request has them."""

    def __init__(self, bundles: LoadedCache[Bundle], large: LargeBundles) -> None:
        self._bundles = bundles
        self._large = large

    async def get(
        self, key: Key, download: Callable[[], Awaitable[Draft]], fresh: Freshness | None, *, between_hosts: bool = True
    ) -> Bundle | Failure:
        """Return a bundle; one with many members perhaps when other requests have closed theirs."""
        for _ in range(_TRIES_FOR_ROOM):
            shared = self._large.get(key) if fresh is None else None
            if shared is not None:
                _be_looked_for_again()
                return shared
            try:
                bundle = await self._bundles.get(key, download, between_hosts=between_hosts, fresh=fresh)
            except NoRoom:
                self._large.sweep()
                await asyncio.sleep(_ROOM_PAUSE_S)
                continue
            if isinstance(bundle, Bundle):
                self._large.share(key, bundle)
            return bundle
        return Failure(FailureKind.INTERNAL, "there is no room for it in memory")

    def clear(self) -> None:
        """Forget everything in memory."""
        self._bundles.clear()

    async def close(self) -> None:
        """Stop all work and forget everything."""
        await self._bundles.close()


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


def _be_looked_for_again() -> None:
    """See to it that the next request looks for the bundle again: nothing but this one keeps it in memory."""
    uses = watching()
    if uses is not None:
        uses.note_other()
