"""Opened source maps: from memory, else from their index files, else converted once for all processes of a host."""

from __future__ import annotations

import logging
import mmap
import time
from dataclasses import dataclass

from core.errors import FetchFailed, MalformedSourceMap, StaleIndex
from core.failures import Failure, FailureKind
from core.observing.tracing import span
from core.settings import Settings
from core.sourcemap.index_file import FORMAT_VERSION, index_pieces, read_index
from core.sourcemap.source_map import SourceMap, read_source_map
from core.text.buffers import Content
from worker.caches.cache_entries import Kind, derived_lifetime
from worker.caches.disk import FileStore, StoredFailure
from worker.caches.disk_faults import Operation
from worker.caches.keys import Key, Namespace, index_digest, source_map_key
from worker.caches.memory import Budget, MemoryCache
from worker.caches.stored_file import Draft, MappedFile, StoredFile, content_digest, release_pages
from worker.caches.worker_metrics import WorkerMetrics
from worker.descriptors import MAPPED_COUNTS_BYTES
from worker.source_maps.conversions import ConversionLimits, Conversions
from worker.threads import ThreadGivenUp, Threads

_log = logging.getLogger(__name__)

INDEXED_FROM_BYTES = 3 << 20
"""Of a map and its generated file together: several processes read smaller ones faster than one writes their index."""

_READ_ANYTHING_S = 3.0
_READ_AT_LEAST_BYTES_S = 1 << 20

_SMALL = 1000  # bytes that anything in a cache takes, about


@dataclass(frozen=True, slots=True)
class _Read:
    """A source map, and about how much memory it takes besides the two texts."""

    value: SourceMap | Failure
    size: int = _SMALL
    index: MappedFile | None = None


class OpenedMaps:
    """Belongs to one event loop."""

    def __init__(
        self,
        settings: Settings,
        budget: Budget,
        store: FileStore,
        threads: Threads,
        file_threads: Threads,
        metrics: WorkerMetrics,
    ) -> None:
        self._big_from_bytes = settings.big_map_bytes
        self._longest_wait_s = settings.request_timeout_s
        self._store = store
        self._metrics = metrics
        self._threads = threads
        self._file_threads = file_threads
        self._indexed_from = min(INDEXED_FROM_BYTES, settings.big_map_bytes)
        limits = ConversionLimits(
            at_once=settings.big_maps_at_once,
            memory_bytes=settings.big_map_memory,
            timeout_s=settings.big_map_timeout_s,
            longest_wait_s=settings.request_timeout_s,
        )
        self._conversions = Conversions(limits, store, file_threads, metrics)
        self._memory: MemoryCache[Key, _Read] = MemoryCache(
            budget=budget,
            size_of=lambda key, read: read.size + sum(map(_size_of_part, key)),
            lifetime_of=lambda read: derived_lifetime(settings, read.value),
        )

    async def get(self, namespace: Namespace, content: Content, minified: Content) -> SourceMap | Failure:
        """Return the source map that ``content`` is for the file ``minified``, or why it is none."""
        key = source_map_key(namespace, content, minified)
        return (await self._memory.get(key, lambda: self._read(namespace, content, minified))).value

    def mapped_files(self) -> list[Content]:
        """Return the files behind the maps in memory, each perhaps several times."""
        kept = self._memory.items()
        indexes = [read.index for _, read in kept if read.index is not None]
        return [*indexes, *(part for key, _ in kept for part in key if isinstance(part, MappedFile))]

    def clear(self) -> None:
        """Forget everything in memory."""
        self._memory.clear()

    async def close(self) -> None:
        """Stop all work and forget everything."""
        await self._memory.close()
        await self._conversions.close()

    async def _read(self, namespace: Namespace, content: Content, minified: Content) -> _Read:
        pair = _Pair(content, minified)
        if pair.size < self._indexed_from:
            return await self._read_now(pair)
        digest = await self._file_threads.run(lambda: pair.digest(namespace))
        found = await self._file_threads.run(lambda: self._open(digest, pair))
        if found is not None:
            return found
        async with self._store.locks.hold(digest, self._longest_wait_s):
            found = await self._file_threads.run(lambda: self._open(digest, pair))
            return found or await self._make(digest, pair)

    def _open(self, digest: bytes, pair: _Pair) -> _Read | None:
        """Return what was found out before, None if that is missing, damaged or of another version."""
        entry = self._store.open(digest)
        if entry is None:
            return None
        if isinstance(entry, StoredFailure):
            return _Read(entry.failure)
        with entry:
            try:
                return _opened(entry, pair)
            except StaleIndex as error:
                _log.warning("the index file %s is made anew: %s", digest.hex(), error)
            except OSError as error:
                self._store.faults.note(Operation.READ, error)
                return None
        self._store.remove(digest)
        return None

    async def _make(self, digest: bytes, pair: _Pair) -> _Read:
        if pair.size < self._big_from_bytes:
            read = await self._read_now(pair)
            return await self._file_threads.run(lambda: self._keep_read(digest, pair, read))
        try:
            with span("convert", size_bytes=len(pair.content)):
                draft = await self._conversions.convert(pair.content, pair.minified)
        except FetchFailed as error:
            failure = error.failure
            return await self._file_threads.run(lambda: self._keep_failure(digest, failure))
        return await self._file_threads.run(lambda: self._keep(digest, pair, draft))

    async def _read_now(self, pair: _Pair) -> _Read:
        with span("convert", size_bytes=len(pair.content)):
            try:
                read, duration_s = await self._threads.run_within(_most_cpu_s(pair), lambda: _timed(pair))
            except ThreadGivenUp as error:
                return _Read(Failure(FailureKind.MALFORMED, str(error)))
        self._metrics.conversion(len(pair.content), duration_s)
        return read

    def _keep_read(self, digest: bytes, pair: _Pair, read: _Read) -> _Read:
        """Write the index file of a map that was read in memory, and return it as it is from there on: mapped."""
        if isinstance(read.value, Failure):
            return self._keep_failure(digest, read.value)
        draft = None
        try:
            draft = self._store.draft()
            for piece in index_pieces(read.value):
                draft.write(piece)
            return self._keep(digest, pair, draft)
        except (FetchFailed, OSError, StaleIndex) as error:  # there is no room, or nothing comes back from there
            _log.debug("no index file for %s: %s", digest.hex(), error)
            return read
        finally:
            if draft is not None:
                draft.discard()

    def _keep(self, digest: bytes, pair: _Pair, draft: Draft) -> _Read:
        try:
            with draft.opened(digest.hex(), Kind.DERIVED, is_named=False) as file:
                read = _opened(file, pair)
                self._store.publish(draft, file.record)
                return read
        finally:
            draft.discard()

    def _keep_failure(self, digest: bytes, failure: Failure) -> _Read:
        self._store.publish_failure(digest, Kind.DERIVED, failure)
        return _Read(failure)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A source map and its generated file."""

    content: Content
    minified: Content

    @property
    def size(self) -> int:
        return len(self.content) + len(self.minified)

    def digest(self, namespace: Namespace) -> bytes:
        """Return what the index file is found by."""
        return index_digest(namespace, FORMAT_VERSION, content_digest(self.content), content_digest(self.minified))

    def release(self) -> None:
        """Give back the memory that reading the two took."""
        release_pages(self.content)
        release_pages(self.minified)


def _most_cpu_s(pair: _Pair) -> float:
    """Return how much CPU time reading may take: some fifty times what it takes with compiled kernels."""
    return _READ_ANYTHING_S + pair.size / _READ_AT_LEAST_BYTES_S


def _timed(pair: _Pair) -> tuple[_Read, float]:
    """Return what a source map is read as, and how long that took."""
    started = time.perf_counter()
    return _read(pair), time.perf_counter() - started


def _read(pair: _Pair) -> _Read:
    try:
        source_map = read_source_map(pair.content, pair.minified)
    except MalformedSourceMap as error:
        return _Read(Failure(FailureKind.MALFORMED, str(error)))
    finally:
        pair.release()
    return _Read(source_map, max(source_map.size_bytes - pair.size, 0) + _SMALL)


def _opened(file: StoredFile, pair: _Pair) -> _Read:
    """Return the map that an index file is of.  Raises StaleIndex if it isn't that of ``pair``, or is damaged."""
    if not file.size:
        raise StaleIndex("it is damaged")
    index = file.mapped()
    try:
        return _Read(read_index(memoryview(index), pair.content, pair.minified), MAPPED_COUNTS_BYTES, index)
    finally:
        release_pages(index)
        pair.release()


def _size_of_part(part: object) -> int:
    """Return about how much memory a part of a key takes: most have hardly any, a text all of its own."""
    if isinstance(part, MappedFile):
        return MAPPED_COUNTS_BYTES
    return len(part) if isinstance(part, (bytes, mmap.mmap)) else 0
