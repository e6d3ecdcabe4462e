"""What the jobs of one worker process share: connections, and what was fetched and read before."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from core.bundle import Bundle
from core.files import Failure
from core.lookup import Listed, ListedFile
from core.settings import Settings
from core.sourcemap.source_map import SourceMap
from core.texts import Text
from worker.caches.keys import Key
from worker.caches.lifetimes import derived_lifetime, download_lifetime
from worker.caches.memory import NOT_KEPT, Lifetime, MemoryCache
from worker.fetch.client import Client
from worker.threads import Threads

BUNDLES_MAX_BYTES = 512 << 20
TEXTS_MAX_BYTES = 256 << 20
SOURCE_MAPS_MAX_BYTES = 512 << 20
LOOKUPS_MAX_BYTES = 64 << 20

_SMALL = 1000  # bytes that anything in a cache takes, about
_BYTES_PER_CHARACTER = 2  # of the texts in an answer, about

Answer = Sequence[Listed] | None


class Resources:
    """Belongs to one event loop; ``async with`` closes the connections and stops what is under way."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = Client(settings)
        self.threads = Threads(settings)
        self.lookups: MemoryCache[Key, Answer] = MemoryCache(
            max_bytes=LOOKUPS_MAX_BYTES,
            max_entries=settings.lookup_cache_capacity,
            size_of=lambda _, answer: _answer_size(answer),
            lifetime_of=lambda answer: NOT_KEPT if answer is None else Lifetime(settings.lookup_cache_ttl_s),
        )
        self.bundles: MemoryCache[Key, Bundle | Failure] = MemoryCache(
            max_bytes=BUNDLES_MAX_BYTES,
            size_of=lambda _, bundle: _size(bundle),
            lifetime_of=lambda bundle: download_lifetime(settings, bundle),
        )
        self.texts: MemoryCache[Key, Text | Failure] = MemoryCache(
            max_bytes=TEXTS_MAX_BYTES,
            size_of=lambda _, text: _size(text),
            lifetime_of=lambda text: download_lifetime(settings, text),
        )
        self.members: MemoryCache[Key, Text | None] = MemoryCache(
            max_bytes=settings.file_in_bundle_cache_bytes,
            size_of=lambda _, text: _size(text),
            lifetime_of=lambda _: Lifetime(settings.file_in_bundle_cache_idle_s, since_last_use=True),
        )
        self.source_maps: MemoryCache[Key, SourceMap | Failure] = MemoryCache(
            max_bytes=SOURCE_MAPS_MAX_BYTES,
            size_of=lambda key, source_map: _key_size(key) + _size(source_map),
            lifetime_of=lambda source_map: derived_lifetime(settings, source_map),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for cache in (self.source_maps, self.members, self.texts, self.bundles, self.lookups):
            await cache.close()
        await self.client.close()
        self.threads.close()


def _size(value: Bundle | Text | SourceMap | Failure | None) -> int:
    return _SMALL if value is None or isinstance(value, Failure) else _SMALL + value.size_bytes


def _key_size(key: Key) -> int:
    return sum(len(part) for part in key if isinstance(part, bytes))


def _answer_size(answer: Answer) -> int:
    return _SMALL + sum(_SMALL + _BYTES_PER_CHARACTER * _characters(listed) for listed in answer or ())


def _characters(listed: Listed) -> int:
    length = len(listed.id) + len(listed.url.href)
    if isinstance(listed, ListedFile):
        length += len(listed.abs_path) + sum(len(name) + len(value) for name, value in listed.headers.items())
    return length
