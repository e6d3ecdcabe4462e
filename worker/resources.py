"""What the jobs of one worker process share: connections, and what was fetched and read before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar

from aiohttp.abc import AbstractResolver

from core.bundle import Bundle
from core.counts import Counts
from core.lookup import Listed, ListedFile
from core.settings import Settings
from core.texts import Text
from worker.caches.disk import open_store
from worker.caches.keys import Key
from worker.caches.lifetimes import Lifetime
from worker.caches.loaded import LoadedCache, LoadedKind
from worker.caches.memory import MemoryCache
from worker.caches.readers import read_stored_answer, read_stored_bundle, read_stored_text
from worker.caches.record import Kind
from worker.caches.shared import open_shared_store
from worker.fetch.client import Client
from worker.fetch.deny_list import DenyList
from worker.fetch.download import Downloader
from worker.fetch.limits import limits_of_bundles
from worker.metrics import WorkerMetrics
from worker.resolutions import Resolutions
from worker.source_maps import SourceMaps
from worker.threads import Threads, file_threads
from worker.written_frames import WrittenFrames

_V = TypeVar("_V")

_log = logging.getLogger(__name__)

BUNDLES_MAX_BYTES = 32 << 20
MAX_OPEN_BUNDLES = 200  # each is an open file
TEXTS_MAX_BYTES = 32 << 20
LOOKUPS_MAX_BYTES = 16 << 20

_MAPPED = 1 << 17  # counted for a mapped file: it takes no memory, but is an open file, and those are few
_SMALL = 1000  # bytes that anything in a cache takes, about
_BYTES_PER_CHARACTER = 2  # of the texts in an answer, about


class Resources:
    """Belongs to one event loop; ``async with`` closes the connections and stops what is under way."""

    def __init__(
        self, settings: Settings, resolver: AbstractResolver | None = None, counts: Counts | None = None
    ) -> None:
        """Open what doesn't need the loop.

        ``resolver`` is for the names of hosts, None for that of the system; ``counts`` are where it is counted.
        """
        self.settings = settings
        self.metrics = WorkerMetrics(Counts() if counts is None else counts)
        self.client = Client(settings, resolver)
        self.threads = Threads(settings)
        self.file_threads = file_threads(settings)
        self.store = open_store(settings)
        self.shared = open_shared_store(settings, self.store, self.file_threads)
        self.deny_list = DenyList(settings)
        self.downloader = Downloader(self.client, self.store, self.file_threads)
        self.lookups = self._cache(
            LoadedKind(
                name="lookups",
                kind=Kind.LOOKUP,
                read=read_stored_answer,
                size_of=_answer_size,
                max_bytes=LOOKUPS_MAX_BYTES,
                max_entries=settings.lookup_cache_capacity,
            )
        )
        self.bundles: LoadedCache[Bundle] = self._cache(
            LoadedKind(
                name="bundles",
                kind=Kind.DOWNLOADED,
                read=lambda file: read_stored_bundle(file, limits_of_bundles(settings)),
                size_of=lambda bundle: bundle.size_bytes,
                max_bytes=BUNDLES_MAX_BYTES,
                max_entries=MAX_OPEN_BUNDLES,
            )
        )
        self.texts: LoadedCache[Text] = self._cache(
            LoadedKind(
                name="texts",
                kind=Kind.DOWNLOADED,
                read=read_stored_text,
                size_of=_text_size,
                max_bytes=TEXTS_MAX_BYTES,
            )
        )
        self.members: MemoryCache[Key, Text | None] = MemoryCache(
            max_bytes=settings.file_in_bundle_cache_bytes,
            size_of=lambda _, text: _size(text),
            lifetime_of=lambda _: Lifetime(settings.file_in_bundle_cache_idle_s, since_last_use=True),
        )
        self.source_maps = SourceMaps(settings, self.threads, self.store.locks, self.metrics)
        self.resolutions = Resolutions()
        self.written_frames = WrittenFrames()

    async def __aenter__(self) -> Self:
        self._cleaning = asyncio.create_task(self._clean_up_now_and_then())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleaning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._cleaning
        for cache in (self.source_maps, self.members, self.texts, self.bundles, self.lookups):
            await cache.close()
        await self.shared.close()
        await self.client.close()
        await self.deny_list.close()
        self.threads.close()
        self.file_threads.close()
        self.store.close()

    def _cache(self, kind: LoadedKind[_V]) -> LoadedCache[_V]:
        return LoadedCache(kind, self.store, self.shared, self.file_threads, self.settings, self.metrics)

    async def _clean_up_now_and_then(self) -> None:
        while self.settings.cache_cleanup_enabled:
            try:
                await self.file_threads.run(self.store.clean_up)
            except OSError as error:
                _log.error("the cache can't be cleaned up: %s", error)
            await asyncio.sleep(self.settings.cache_cleanup_interval_s)


def _text_size(text: Text) -> int:
    return text.size_bytes + (0 if isinstance(text.content, bytes) else _MAPPED)


def _size(value: Text | None) -> int:
    return _SMALL if value is None else _SMALL + value.size_bytes


def _answer_size(answer: Sequence[Listed]) -> int:
    return sum(_SMALL + _BYTES_PER_CHARACTER * _characters(listed) for listed in answer)


def _characters(listed: Listed) -> int:
    length = len(listed.id) + len(listed.url.href)
    if isinstance(listed, ListedFile):
        length += len(listed.abs_path) + sum(len(name) + len(value) for name, value in listed.headers.items())
    return length
