"""Values that one process keeps in memory: found again, dropped when they are old or when there is no room.

Everything here belongs to one event loop, so nothing is locked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from cachetools import LRUCache

from worker.caches.lifetimes import Lifetime
from worker.caches.uses import watching

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class _Kept(Generic[V]):
    value: V
    size: int
    lifetime: Lifetime
    ends_at: float


@dataclass(slots=True)
class _Work(Generic[V]):
    task: asyncio.Task[V]
    waiting: int = 0


class MemoryCache(Generic[K, V]):
    """Keeps the values that were made for keys, and makes each of them once for all who want it at the same time.

    ``max_bytes`` and ``max_entries`` bound what is kept, not what is under way; what was used longest ago goes first.
    ``size_of`` a key and its value is in bytes.  ``lifetime_of`` a value says whether to keep it at all.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        size_of: Callable[[K, V], int],
        lifetime_of: Callable[[V], Lifetime],
        max_entries: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept: LRUCache[K, _Kept[V]] = LRUCache(max_bytes, getsizeof=lambda kept: kept.size)
        self._size_of = size_of
        self._lifetime_of = lifetime_of
        self._max_entries = max_entries
        self._clock = clock
        self._under_way: dict[K, _Work[V]] = {}
        self._tasks: set[asyncio.Task[V]] = set()  # also those that nobody waits for any more

    @property
    def size_bytes(self) -> int:
        """How many bytes of values are kept."""
        return int(self._kept.currsize)

    def has(self, key: K) -> bool:
        """Return whether the value for ``key`` is kept."""
        kept = self._kept.get(key)
        return kept is not None and kept.ends_at > self._clock()

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """Return the value for ``key``, made now if it isn't kept.

        Raises what ``make`` raises; that is not kept.  Cancelling a caller stops the work only if nobody else waits
        for it.
        """
        kept = self._fresh(key)
        uses = watching()
        if kept is not None:
            if uses is not None:
                uses.note(partial(self._is_still_kept, key, kept))
            return kept.value
        if uses is not None:
            uses.note_other()
        work = self._under_way.get(key) or self._start(key, make)
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._give_up(key, work)

    async def close(self) -> None:
        """Stop all work and forget everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._kept.clear()

    def _fresh(self, key: K) -> _Kept[V] | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._clock()
        if kept.ends_at <= now:
            del self._kept[key]
            return None
        if kept.lifetime.since_last_use:
            kept.ends_at = _end_of(kept.lifetime, now)
        return kept

    def _is_still_kept(self, key: K, kept: _Kept[V]) -> bool:
        return self._fresh(key) is kept

    def _start(self, key: K, make: Callable[[], Awaitable[V]]) -> _Work[V]:
        work = _Work(asyncio.create_task(self._make(key, make)))
        self._under_way[key] = work
        self._tasks.add(work.task)
        work.task.add_done_callback(lambda _: self._end(key, work))
        return work

    async def _make(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        value = await make()
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
        lifetime = self._lifetime_of(value)
        size = self._size_of(key, value)
        if lifetime.is_over_at_once or size > self._kept.maxsize:
            return
        self._kept[key] = _Kept(value, size, lifetime, _end_of(lifetime, self._clock()))
        while self._max_entries is not None and len(self._kept) > self._max_entries:
            self._kept.popitem()


def _end_of(lifetime: Lifetime, now: float) -> float:
    return float("inf") if lifetime.seconds is None else now + lifetime.seconds
