"""Source maps, read: each once, and of the large ones only so many at a time on a host."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from mmap import mmap

from core.buffers import Content
from core.errors import MalformedSourceMap
from core.files import Failure, FailureKind
from core.settings import Settings
from core.sourcemap.source_map import SourceMap, read_source_map
from worker.caches.keys import Key, Namespace, source_map_key
from worker.caches.lifetimes import derived_lifetime
from worker.caches.locks import HostLocks
from worker.caches.memory import MemoryCache
from worker.caches.stored_file import release_pages
from worker.metrics import WorkerMetrics
from worker.threads import Threads

MAX_BYTES = 64 << 20
"""What the maps in memory may take."""

_MAPPED = 1 << 17  # counted for a mapped file: it takes no memory, but is an open file, and those are few
_SMALL = 1000  # bytes that anything in a cache takes, about


class SourceMaps:
    """Belongs to one event loop.  A process reads one large map at a time, a host ``big_maps_at_once``."""

    def __init__(self, settings: Settings, threads: Threads, locks: HostLocks, metrics: WorkerMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._threads = threads
        self._locks = locks
        self._alone = asyncio.Semaphore(1)
        self._memory: MemoryCache[Key, SourceMap | Failure] = MemoryCache(
            max_bytes=MAX_BYTES,
            size_of=_size,
            lifetime_of=lambda source_map: derived_lifetime(settings, source_map),
        )

    async def get(self, namespace: Namespace, content: Content, minified: Content) -> SourceMap | Failure:
        """Return the source map that ``content`` is for the file ``minified``, or why it is none."""
        key = source_map_key(namespace, content, minified)
        return await self._memory.get(key, lambda: self._read(content, minified))

    async def close(self) -> None:
        """Stop all work and forget everything."""
        await self._memory.close()

    async def _read(self, content: Content, minified: Content) -> SourceMap | Failure:
        if len(content) < self._settings.big_map_bytes:
            return await self._convert(content, minified)
        async with self._turn():
            return await self._convert(content, minified)

    async def _convert(self, content: Content, minified: Content) -> SourceMap | Failure:
        size_bytes = len(content)
        source_map, duration_s = await self._threads.run(lambda: _timed(lambda: _read_source_map(content, minified)))
        self._metrics.conversion(size_bytes, duration_s)
        return source_map

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with (
            self._alone,
            self._locks.slot("big map", self._settings.big_maps_at_once, self._settings.request_timeout_s),
        ):
            yield


def _timed(read: Callable[[], SourceMap | Failure]) -> tuple[SourceMap | Failure, float]:
    started = time.perf_counter()
    return read(), time.perf_counter() - started


def _read_source_map(content: Content, minified: Content) -> SourceMap | Failure:
    try:
        return read_source_map(content, minified)
    except MalformedSourceMap as error:
        return Failure(FailureKind.MALFORMED, str(error))
    finally:
        release_pages(content)
        release_pages(minified)


def _size(key: Key, value: SourceMap | Failure) -> int:
    """Return about how much memory a map takes; a map counts its texts, which take none if they are mapped."""
    mapped = sum(len(part) - _MAPPED for part in key if isinstance(part, mmap))
    in_key = sum(len(part) for part in key if isinstance(part, bytes))
    return max(_SMALL + in_key + (0 if isinstance(value, Failure) else value.size_bytes) - mapped, _SMALL)
