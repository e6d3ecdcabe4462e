"""Values that one process keeps in memory: found again, dropped when they are old or when there is no room.

Everything here belongs to one event loop, so nothing is locked.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from worker.caches.cache_entries import Lifetime
from worker.caches.replayable_reads import Ending, watching
from worker.waiting_jobs import present_place


class Bounded(Protocol):
    """A cache that has to keep within a budget."""

    @property
    def size_bytes(self) -> int:
        """Bytes that it takes."""
        ...

    @property
    def oldest_use(self) -> float:
        """When the value was last used that was used longest ago, by a common clock; infinity if it's empty."""
        ...

    def drop_oldest(self) -> None:
        """Drop that value."""
        ...


class Budget:
    """Lets caches take ``max_bytes`` in all; whichever has the value that was used longest ago has to drop it."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._caches: list[Bounded] = []

    @property
    def size_bytes(self) -> int:
        """Bytes that the caches take."""
        return sum(cache.size_bytes for cache in self._caches)

    def add(self, cache: Bounded) -> None:
        """Have a cache keep within the budget."""
        self._caches.append(cache)

    def enforce(self) -> None:
        """Have values dropped until the rest is within the budget."""
        while self.size_bytes > self.max_bytes:
            min(self._caches, key=lambda cache: cache.oldest_use).drop_oldest()


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_LARGEST_SHARE = 4  # of a budget, for one value: what is larger would leave no room for anything else


class _Kept(Generic[K, V]):
    """A value in ``cache``."""

    __slots__ = ("_cache", "_endings", "ends_at", "key", "lifetime", "size", "used_at", "value")

    def __init__(self, cache: MemoryCache[K, V], key: K, value: V, size: int, lifetime: Lifetime, now: float) -> None:
        self.key = key
        self.value = value
        self.size = size
        self.lifetime = lifetime
        self.used_at = now
        self.ends_at = _end_of(lifetime, now)
        self._cache: MemoryCache[K, V] | None = cache
        self._endings: WeakSet[Ending] | None = None

    def use_again(self) -> bool:
        """Use it as the first time; False, and nothing is done, if it is too old or not kept any more."""
        return self._cache is not None and self._cache.use(self)

    def tell_end(self, ending: Ending) -> None:
        """Tell ``ending``, unless that is gone by then, as soon as the value isn't kept any more."""
        if self._endings is None:
            self._endings = WeakSet()
        self._endings.add(ending)

    def end(self) -> None:
        """Take note that it isn't kept any more."""
        self._cache = None
        for ending in self._endings or ():
            ending.end()


@dataclass(slots=True)
class _Work(Generic[V]):
    task: asyncio.Task[V]
    waiting: int = 0


class MemoryCache(Generic[K, V]):
    """Keeps the values that were made for keys, and makes each of them once for all who want it at the same time.

    The ``budget``, which it may have in common with others, ``max_bytes`` and ``max_entries`` bound what is kept, not
    what is under way; what was used longest ago goes first, and what would take a quarter of the budget isn't kept.
    ``size_of`` a key and its value is in bytes.  ``lifetime_of`` a value says whether to keep it at all.
    """

    def __init__(
        self,
        *,
        budget: Budget,
        size_of: Callable[[K, V], int],
        lifetime_of: Callable[[V], Lifetime],
        max_bytes: int | None = None,
        max_entries: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept: OrderedDict[K, _Kept[K, V]] = OrderedDict()  # what was used longest ago comes first
        self._size = 0
        self._budget = budget
        self._max_bytes = budget.max_bytes if max_bytes is None else min(max_bytes, budget.max_bytes)
        self._size_of = size_of
        self._lifetime_of = lifetime_of
        self._max_entries = max_entries
        self._clock = clock
        self._cleared = 0
        self._under_way: dict[K, _Work[V]] = {}
        self._tasks: set[asyncio.Task[V]] = set()  # also those that nobody waits for any more
        budget.add(self)

    @property
    def size_bytes(self) -> int:
        """Bytes of the values that are kept."""
        return self._size

    @property
    def oldest_use(self) -> float:
        """When the value was last used that was used longest ago; infinity if there is none."""
        return next((kept.used_at for kept in self._kept.values()), float("inf"))

    def drop_oldest(self) -> None:
        """Drop the value that was used longest ago."""
        self._drop(next(iter(self._kept)))

    def has(self, key: K) -> bool:
        """Return whether the value for ``key`` is kept."""
        kept = self._kept.get(key)
        return kept is not None and kept.ends_at > self._clock()

    def items(self) -> list[tuple[K, V]]:
        """Return what is kept, whether it is old or not."""
        return [(key, kept.value) for key, kept in self._kept.items()]

    async def get(self, key: K, make: Callable[[], Awaitable[V]], *, anew: bool = False) -> V:
        """Return the value for ``key``, made now if it isn't kept, or is to be made ``anew``.

        Raises what ``make`` raises; that is not kept.  Cancelling a caller stops the work only if nobody else waits
        for it.
        """
        kept = None if anew else self._fresh(key)
        uses = watching()
        if kept is not None:
            if uses is not None:
                uses.note(kept)
            return kept.value
        if uses is not None:
            uses.note_other()
        place = present_place()
        if place is not None:
            forever = place.needs_files()
            if forever is not None:
                await forever
        work = (None if anew else self._under_way.get(key)) or self._start(key, make)
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._give_up(key, work)

    def clear(self) -> None:
        """Forget everything, also what comes of the work that is under way."""
        for key in list(self._kept):
            self._drop(key)
        self._under_way.clear()
        self._cleared += 1

    async def close(self) -> None:
        """Stop all work and forget everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for key in list(self._kept):
            self._drop(key)

    def use(self, kept: _Kept[K, V]) -> bool:
        """Note that what is kept is used; drop it, and return False, if it is too old."""
        now = self._clock()
        if kept.ends_at <= now:
            self._drop(kept.key)
            return False
        self._kept.move_to_end(kept.key)
        kept.used_at = now
        if kept.lifetime.since_last_use:
            kept.ends_at = _end_of(kept.lifetime, now)
        return True

    def _fresh(self, key: K) -> _Kept[K, V] | None:
        kept = self._kept.get(key)
        return kept if kept is not None and self.use(kept) else None

    def _start(self, key: K, make: Callable[[], Awaitable[V]]) -> _Work[V]:
        work = _Work(asyncio.create_task(self._make(key, make)))
        self._under_way[key] = work
        self._tasks.add(work.task)
        work.task.add_done_callback(lambda _: self._end(key, work))
        return work

    async def _make(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        cleared = self._cleared
        value = await make()
        if cleared == self._cleared:
            self._keep(key, value)
        return value

    def _give_up(self, key: K, work: _Work[V]) -> None:
        self._forget(key, work)  # whoever comes next must not join work that is being stopped
        work.task.cancel()

    def _end(self, key: K, work: _Work[V]) -> None:
        self._forget(key, work)
        self._tasks.discard(work.task)
        if not work.task.cancelled():
            work.task.exception()  # was raised where somebody waited; asyncio would complain if nobody did

    def _forget(self, key: K, work: _Work[V]) -> None:
        if self._under_way.get(key) is work:
            del self._under_way[key]

    def _keep(self, key: K, value: V) -> None:
        lifetime, size, now = self._lifetime_of(value), self._size_of(key, value), self._clock()
        if lifetime.is_over_at_once or size > self._max_bytes or _LARGEST_SHARE * size > self._budget.max_bytes:
            return
        self._drop(key)
        self._kept[key] = _Kept(self, key, value, size, lifetime, now)
        self._size += size
        while self._size > self._max_bytes or (self._max_entries is not None and len(self._kept) > self._max_entries):
            self.drop_oldest()
        self._budget.enforce()

    def _drop(self, key: K) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= kept.size
            kept.end()


def _end_of(lifetime: Lifetime, now: float) -> float:
    return float("inf") if lifetime.seconds is None else now + lifetime.seconds


class Generations(Generic[K, V]):
    """Keeps values that take up to ``max_bytes`` in all; ``size_of`` a value and its key is in bytes."""

    def __init__(self, max_bytes: int, size_of: Callable[[V], int]) -> None:
        self._max_young_bytes = max_bytes // 2
        self._size_of = size_of
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._young_bytes = 0

    def get(self, key: K) -> V | None:
        """Return the value for ``key``, None if it is not kept."""
        value = self._young.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, unless it alone would take more than half of the room."""
        size = self._size_of(value)
        if size > self._max_young_bytes:
            return
        if self._young_bytes + size > self._max_young_bytes:
            self._old, self._young, self._young_bytes = self._young, {}, 0
        self._young[key] = value
        self._young_bytes += size

    def clear(self) -> None:
        """Forget everything."""
        self._old, self._young, self._young_bytes = {}, {}, 0
