"""Resources that the jobs of one worker process share: connections, threads, caches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar

from aiohttp.abc import AbstractResolver

from core.concurrency import end
from core.files.artifact_bundle import Bundle
from core.files.artifact_lookup import Listed, ListedFile
from core.files.text_files import Text
from core.observing.counts import Counts
from core.settings import Settings
from worker.caches.cache_entries import Kind, Lifetime
from worker.caches.disk import open_store
from worker.caches.keys import Key
from worker.caches.memory import Budget, MemoryCache
from worker.caches.readers import read_stored_answer, read_stored_text
from worker.caches.shared_store import open_shared_store
from worker.caches.stored_file import mapped_bytes, release_pages
from worker.caches.tiered_cache import LoadedCache, LoadedKind
from worker.caches.worker_metrics import WorkerMetrics
from worker.descriptors import MAPPED_COUNTS_BYTES, descriptor_limit
from worker.fetch.artifact_source import SourceClient
from worker.fetch.client import Client
from worker.fetch.deny_list import DenyList
from worker.fetch.download import Downloader, limits_of_bundles, scraped_file_limit
from worker.fetch.store_lookup import StoreLookup, open_store_objects
from worker.requests.answer_size import LargeAnswers
from worker.requests.bundle_cache import BundleCache, LargeBundles
from worker.requests.frame_cache import FrameCache
from worker.requests.member_cache import MemberCache
from worker.requests.request_scraping import WebAccess
from worker.requests.resolved_files_cache import ResolvedFilesCache
from worker.requests.source_functions_cache import SourceFunctionsCache
from worker.source_maps.opened_maps import OpenedMaps
from worker.threads import Threads, file_threads, leave_when_stuck

_V = TypeVar("_V")

_log = logging.getLogger(__name__)

MAX_OPEN_BUNDLES = 200  # each is an open file

MOST_MAPPED_BYTES = 64 << 20
"""Of mapped files that this process may have in memory, before it gives them back."""

RELEASE_INTERVAL_S = 1.0
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
        self.client = Client(settings, resolver, self.metrics.counts)
        self.threads = Threads(settings.worker_concurrency)
        self.file_threads = file_threads()
        self.store = open_store(settings, counts=self.metrics.counts)
        self._clearings = self.store.clearings()
        self.shared = open_shared_store(settings, self.store, self.file_threads)
        self._deny_list = DenyList(settings)
        downloader = Downloader(self.client, self.store, self.file_threads)
        self.source_client = SourceClient(self.client, downloader, self.threads, self.metrics, settings)
        self.web = WebAccess(
            downloader,
            self._deny_list,
            self.metrics,
            refresh_s=settings.scrape_refresh_s,
            max_bytes=scraped_file_limit(settings),
            ports=frozenset(settings.scraping_ports),
            allow_reserved=settings.connect_to_reserved_ips,
            keeps_redirects_in_origins=settings.scraping_redirects == "allowed",
        )
        self.memory = Budget(settings.memory_cache_bytes)
        self.lookups = self._cache(
            LoadedKind(
                name="lookups",
                kind=Kind.LOOKUP,
                read=read_stored_answer,
                size_of=_answer_size,
                max_entries=settings.lookup_cache_capacity,
            )
        )
        large = LargeBundles(limits_of_bundles(settings))
        bundles: LoadedCache[Bundle] = self._cache(
            LoadedKind(
                name="bundles",
                kind=Kind.DOWNLOADED,
                read=large.read,
                size_of=large.cached_size,
                max_entries=min(MAX_OPEN_BUNDLES, descriptor_limit() // 4),
            )
        )
        self.bundles = BundleCache(bundles, large)
        self.texts: LoadedCache[Text] = self._cache(
            LoadedKind(
                name="texts",
                kind=Kind.DOWNLOADED,
                read=read_stored_text,
                size_of=_text_size,
                names_others=True,
            )
        )
        small_members: MemoryCache[Key, Text | None] = MemoryCache(
            budget=self.memory,
            max_bytes=settings.file_in_bundle_cache_bytes,
            size_of=lambda _, text: _size(text),
            lifetime_of=lambda _: Lifetime(settings.file_in_bundle_cache_idle_s, since_last_use=True),
        )
        self.members = MemberCache(
            small_members, self.texts, self.store, self.threads, self.metrics, settings.max_bundle_file_size
        )
        self.source_maps = OpenedMaps(settings, self.memory, self.store, self.threads, self.file_threads, self.metrics)
        self.resolved_files = ResolvedFilesCache()
        self.frame_cache = FrameCache()
        self.source_functions = SourceFunctionsCache()
        self.large_answers = LargeAnswers()
        self.store_lookup = None if settings.store_url is None else self._store_lookup(settings)

    async def __aenter__(self) -> Self:
        longest_s = self.settings.request_timeout_s + self.settings.worker_stuck_after_s
        self._upkeep = [
            asyncio.create_task(self._clean_up_now_and_then()),
            asyncio.create_task(self._release_pages_now_and_then()),
            asyncio.create_task(leave_when_stuck(self.threads, longest_s)),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._upkeep:
            await end(task)
        for cache in (self.source_maps, self.members, self.texts, self.bundles, self.lookups):
            await cache.close()
        if self.store_lookup is not None:
            await self.store_lookup.close()
        await self.shared.close()
        await self.client.close()
        await self._deny_list.close()
        self.threads.close()
        self.file_threads.close()
        self.store.close()

    def forget_what_was_cleared(self) -> None:
        """Forget what is in memory if the cache directory was cleared since."""
        clearings = self.store.clearings()
        if clearings != self._clearings:
            self._clearings = clearings
            for cache in (self.source_maps, self.members, self.texts, self.bundles, self.lookups):
                cache.clear()
            if self.store_lookup is not None:
                self.store_lookup.clear()

    def _store_lookup(self, settings: Settings) -> StoreLookup:
        counts = self.metrics.counts
        objects = open_store_objects(settings, counts)
        return StoreLookup(objects, self.store, self.file_threads, self.memory, settings, counts)

    def _cache(self, kind: LoadedKind[_V]) -> LoadedCache[_V]:
        return LoadedCache(kind, self.memory, self.store, self.shared, self.file_threads, self.settings, self.metrics)

    async def _clean_up_now_and_then(self) -> None:
        while self.settings.cache_cleanup_enabled:
            try:
                await self.file_threads.run(self.store.clean_up)
            except OSError as error:
                _log.error("the cache can't be cleaned up: %s", error)
            await asyncio.sleep(self.settings.cache_cleanup_interval_s)

    async def _release_pages_now_and_then(self) -> None:
        """Give back the memory of mapped files when it is much; systems map a megabyte for a byte that is read."""
        while True:
            await asyncio.sleep(RELEASE_INTERVAL_S)
            if mapped_bytes() > MOST_MAPPED_BYTES:
                texts = [text.content for text in self.texts.values_in_memory()]
                files = set(texts + self.source_maps.mapped_files())
                for file in files:  # a thread for each would cost more
                    release_pages(file)
                    await asyncio.sleep(0)


def _text_size(text: Text) -> int:
    return text.size_bytes + (0 if isinstance(text.content, bytes) else MAPPED_COUNTS_BYTES)


def _size(value: Text | None) -> int:
    return _SMALL if value is None else _SMALL + value.size_bytes


def _answer_size(answer: Sequence[Listed]) -> int:
    return sum(_SMALL + _BYTES_PER_CHARACTER * _characters(listed) for listed in answer)


def _characters(listed: Listed) -> int:
    length = len(listed.id) + len(listed.url.href)
    if isinstance(listed, ListedFile):
        length += len(listed.abs_path) + sum(len(name) + len(value) for name, value in listed.headers.items())
    return length
