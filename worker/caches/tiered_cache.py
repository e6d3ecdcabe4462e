"""Tiered cache of files and what they are read as: memory, the disk, the cache between hosts, else made.

What is missing is made by one process of the host, once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from core.errors import FetchFailed, NoRoom, NotTried
from core.failures import Failure, FailureKind
from core.settings import Settings
from worker.caches.cache_entries import NOT_KEPT, Kind, Lifetime, lifetime_of
from worker.caches.disk import FileStore, StoredFailure
from worker.caches.disk_faults import Operation
from worker.caches.keys import GLOBAL_SCOPE, Key, key_digest
from worker.caches.memory import Budget, MemoryCache
from worker.caches.replayable_reads import watching
from worker.caches.shared_store import NoSharedStore, SharedStore
from worker.caches.stored_file import Draft, StoredFile
from worker.caches.worker_metrics import WorkerMetrics
from worker.threads import Threads


class Freshness:
    """The values that one request has had fetched: from then on they are good enough for it."""

    def __init__(self) -> None:
        self._fetched: set[Key] = set()

    def is_first(self, key: Key) -> bool:
        """Note a value; return whether it is wanted for the first time."""
        if key in self._fetched:
            return False
        self._fetched.add(key)
        return True


_log = logging.getLogger(__name__)

_SMALL = 1000  # bytes that anything in memory takes, about
_USE_IS_NOTED_AFTER_S = 300.0
_NOT_SHARED = NoSharedStore()

V = TypeVar("V")

Make = Callable[[], Awaitable[Draft]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Place of a value in the store, and the kind that a failure would have there."""

    digest: bytes
    kind_of_failure: Kind


@dataclass(slots=True)
class _Loaded(Generic[V]):
    digest: bytes
    value: V | Failure
    kind: Kind
    age_s: float
    noted_at: float
    is_kept: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedKind(Generic[V]):
    """A kind of value.

    ``read`` makes one of a file, on a thread; the failure it may return instead is stored in the place of the file.
    It may raise NoRoom: the file is stored, and the value may be asked for again later.
    ``size_of`` is about how much memory it takes.
    ``name`` is for metrics.  ``max_entries`` bounds what is kept in memory.  Those that name others, by the digest of
    their content, are files that source maps are made of.
    """

    name: str
    kind: Kind
    read: Callable[[StoredFile], V | Failure]
    size_of: Callable[[V], int]
    max_entries: int | None = None
    names_others: bool = False


class LoadedCache(Generic[V]):
    """Values of one kind.  Belongs to one event loop."""

    def __init__(
        self,
        kind: LoadedKind[V],
        budget: Budget,
        store: FileStore,
        shared: SharedStore,
        threads: Threads,
        settings: Settings,
        metrics: WorkerMetrics,
    ) -> None:
        self._kind = kind
        self._store = store
        self._shared = shared
        self._threads = threads
        self._settings = settings
        self._metrics = metrics
        self._memory: MemoryCache[Key, _Loaded[V]] = MemoryCache(
            budget=budget,
            max_entries=kind.max_entries,
            size_of=lambda _, loaded: self._size(loaded),
            lifetime_of=self._lifetime,
        )

    async def get(
        self, key: Key, make: Make, *, between_hosts: bool = False, fresh: Freshness | None = None
    ) -> V | Failure:
        """Return the value for ``key``, or why it can't be had; ``between_hosts`` if the shared store may have it.

        ``make`` returns the file it is read from.  It may raise FetchFailed, which is the failure; what else it raises
        comes out of here.  The first time that it is wanted by a request that wants it ``fresh``, it is made anew.
        """
        origin = "memory"
        anew = fresh is not None and fresh.is_first(key)

        async def load() -> _Loaded[V]:
            nonlocal origin
            shared = self._shared if between_hosts else _NOT_SHARED
            loaded, origin = await self._load(self._place(key), make, shared, anew=anew)
            return loaded

        loaded = await self._memory.get(key, load, anew=anew)
        self._note_use(loaded, origin)
        uses = watching()
        if uses is not None:
            uses.note_effect(lambda: self._note_use(loaded, "memory"))
        return loaded.value

    def is_in_memory(self, key: Key) -> bool:
        """Return whether the value needs neither disk nor network."""
        return self._memory.has(key)

    def values_in_memory(self) -> list[V]:
        """Return what is kept in memory, failures left out."""
        return [loaded.value for _, loaded in self._memory.items() if not isinstance(loaded.value, Failure)]

    def clear(self) -> None:
        """Forget everything in memory."""
        self._memory.clear()

    async def close(self) -> None:
        """Stop all work and forget everything in memory."""
        await self._memory.close()

    def _place(self, key: Key) -> _Place:
        kind = self._kind.kind
        is_global = kind is Kind.DOWNLOADED and key[1] == GLOBAL_SCOPE
        return _Place(key_digest(key), Kind.GLOBAL if is_global else kind)

    async def _load(self, place: _Place, make: Make, shared: SharedStore, *, anew: bool) -> tuple[_Loaded[V], str]:
        found = None if anew else await self._found(place)
        if found is not None:
            return found, "disk"
        async with self._store.locks.hold(place.digest, self._settings.max_download_timeout_s):
            found = None if anew else await self._found(place)
            if found is not None:
                return found, "disk"
            since = self._store.clearings()  # what is cleared meanwhile must not come back
            found = None if anew else await self._fetch(place, shared, since)
            if found is not None:
                return found, "shared"
            made = await self._make(place, make, since)
            if not isinstance(made.value, Failure):
                await self._share(place, shared)
            return made, "network"

    async def _found(self, place: _Place) -> _Loaded[V] | None:
        """Return the value from the store; None if it isn't there, which takes no thread to see."""
        return await self._threads.run(lambda: self._open(place)) if self._store.may_have(place.digest) else None

    async def _fetch(self, place: _Place, shared: SharedStore, since: int) -> _Loaded[V] | None:
        """Return the value from the store between hosts, None if it isn't there or isn't what it should be."""
        found = await shared.fetch(place.digest)
        if found is None:
            return None
        draft, _ = found
        loaded = await self._threads.run(lambda: self._keep(place, draft, since))
        return None if isinstance(loaded.value, Failure) else loaded

    async def _share(self, place: _Place, shared: SharedStore) -> None:
        if isinstance(shared, NoSharedStore):
            return
        entry = await self._threads.run(lambda: self._store.open(place.digest))
        if isinstance(entry, StoredFile):
            with entry:
                shared.put(place.digest, entry)

    def _open(self, place: _Place) -> _Loaded[V] | None:
        entry = self._store.open(place.digest)
        if entry is None:
            return None
        if isinstance(entry, StoredFailure):
            return self._loaded(place, entry.failure, entry.made_at_s, entry.kind)
        try:
            with entry:
                value = self._kind.read(entry) if entry.is_intact() else None
        except OSError as error:
            self._store.faults.note(Operation.READ, error)
            return None
        if value is None or isinstance(value, Failure):
            _log.warning("the cache entry %s is damaged", place.digest.hex())
            self._store.remove(place.digest)
            return None
        return self._loaded(place, value, entry.record.made_at_s)

    async def _make(self, place: _Place, make: Make, since: int) -> _Loaded[V]:
        try:
            draft = await make()
            return await self._threads.run(lambda: self._keep(place, draft, since))
        except NotTried as error:
            return replace(self._loaded(place, error.failure, time.time()), is_kept=False)
        except FetchFailed as error:
            failure = error.failure
            return await self._threads.run(lambda: self._keep_failure(place, failure, since))

    def _keep(self, place: _Place, draft: Draft, since: int) -> _Loaded[V]:
        try:
            with draft.opened(place.digest.hex(), self._kind.kind, is_named=self._kind.names_others) as file:
                try:
                    value = self._kind.read(file)
                except NoRoom:  # it will be read from the store
                    self._store.publish(draft, file.record, since)
                    raise
                if isinstance(value, Failure):
                    return self._keep_failure(place, value, since)
                self._store.publish(draft, file.record, since)
                return self._loaded(place, value, file.record.made_at_s)
        except OSError as error:
            self._store.faults.note(Operation.READ, error)
            return self._loaded(place, Failure(FailureKind.INTERNAL, "the cache can't be read"), time.time())
        finally:
            draft.discard()

    def _keep_failure(self, place: _Place, failure: Failure, since: int) -> _Loaded[V]:
        self._store.publish_failure(place.digest, place.kind_of_failure, failure, since)
        return self._loaded(place, failure, time.time())

    def _loaded(self, place: _Place, value: V | Failure, made_at_s: float, kind: Kind | None = None) -> _Loaded[V]:
        age_s = max(time.time() - made_at_s, 0.0)
        return _Loaded(place.digest, value, kind or self._kind.kind, age_s, time.monotonic())

    def _note_use(self, loaded: _Loaded[V], origin: str) -> None:
        """Count a use, and tell the store of it: what is used often must not look forgotten on disk."""
        self._metrics.file(self._kind.name, origin)
        now = time.monotonic()
        if now - loaded.noted_at > _USE_IS_NOTED_AFTER_S and not isinstance(loaded.value, Failure):
            loaded.noted_at = now
            self._store.note_use(loaded.digest)

    def _size(self, loaded: _Loaded[V]) -> int:
        return _SMALL if isinstance(loaded.value, Failure) else _SMALL + self._kind.size_of(loaded.value)

    def _lifetime(self, loaded: _Loaded[V]) -> Lifetime:
        if not loaded.is_kept:
            return NOT_KEPT
        failure = loaded.value if isinstance(loaded.value, Failure) else None
        whole = lifetime_of(self._settings, loaded.kind, failure)
        if whole.since_last_use or whole.seconds is None:
            return whole
        return Lifetime(whole.seconds - loaded.age_s)
