"""Prefetch of the files that the frames to come are likely to need.

Only files are fetched early that would be fetched now if it were their turn, and nothing is learnt from them: no lookup
is made, no bundle is opened, no attempt is noted.  A file that is in the end found elsewhere was fetched in vain, which
is rare: what comes before it must have brought the bundle that it is in.  Each file is fetched once, and whoever wants
it gets that outcome; so the answer doesn't depend on what was started early.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from enum import Enum
from itertools import islice

from core.failures import Failure
from core.files.file_keys import File, FileKey, FileType, RemoteMap
from core.files.text_files import Text
from worker.caches.keys import Key
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import Draft
from worker.caches.tiered_cache import Freshness, LoadedCache

_FAR = 32
"""The number of files to come that are looked at."""
AT_ONCE = 8
"""The number of files of one request that are fetched early at the same time."""
Make = Callable[[], Awaitable[Draft]]
Outcome = Text | Failure


class NoStart(Enum):
    """Reason not to fetch a file early."""

    NOT_YET = "it is not known where it will come from"
    NEEDLESS = "it is in memory, or not fetched at all"


class Prefetch:
    """The files that a request will ask for, in that order, as far as is known."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._expected: dict[FileKey, None] = {}
        self._following: set[asyncio.Task[None]] = set()

    def expect(self, keys: Iterable[FileKey]) -> None:
        """Take note of files to come."""
        self._expected.update(dict.fromkeys(keys))

    def arrived(self, key: FileKey) -> None:
        """Take note that it is a file's turn."""
        self._expected.pop(key, None)

    def look(self) -> None:
        """Begin to fetch what would be fetched now."""
        for key, task in list(self._started()):
            del self._expected[key]
            if key.type is FileType.MINIFIED_SOURCE:
                following = asyncio.create_task(self._follow(key, task))
                self._following.add(following)
                following.add_done_callback(self._end)

    async def close(self) -> None:
        """Stop following what comes in."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    def _end(self, following: asyncio.Task[None]) -> None:
        self._following.discard(following)
        if not following.cancelled():
            following.exception()  # is raised where the file is wanted; asyncio would complain if nobody looked

    def _started(self) -> Iterator[tuple[FileKey, asyncio.Task[File | Failure]]]:
        for key in list(islice(self._expected, _FAR)):
            started = self._start(key)
            if started is NoStart.NEEDLESS:
                del self._expected[key]
            elif isinstance(started, asyncio.Task):
                yield key, started

    async def _follow(self, key: FileKey, minified: asyncio.Task[File | Failure]) -> None:
        """Expect the source map of a file that came in early."""
        file = await asyncio.shield(minified)
        if isinstance(file, File) and isinstance(file.source_map, RemoteMap):
            debug_id = key.debug_id or file.debug_id
            self.expect([FileKey(FileType.SOURCE_MAP, file.source_map.url, debug_id)])
            self.look()


class RequestTexts:
    """Gets texts through ``cache``; for a request that wants them ``fresh``, from where they come from."""

    def __init__(self, cache: LoadedCache[Text], fresh: Freshness | None = None) -> None:
        self._cache = cache
        self._fresh = fresh
        self._early: dict[Key, asyncio.Task[Outcome]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def get(self, key: Key, make: Make, *, between_hosts: bool = False) -> Outcome:
        """Return a text, or why it can't be had."""
        task = self._early.get(key)
        if task is None:
            return await self._cache.get(key, make, between_hosts=between_hosts, fresh=self._fresh)
        uses = watching()
        if uses is not None:
            uses.note_other()
        return await asyncio.shield(task)

    def start(self, key: Key, make: Make, *, between_hosts: bool = False) -> asyncio.Task[Outcome] | None:
        """Begin to get a text; None if it is in memory."""
        if key not in self._early:
            if self._fresh is None and self._cache.is_in_memory(key):
                return None
            self._early[key] = asyncio.create_task(self._get_early(key, make, between_hosts=between_hosts))
        return self._early[key]

    async def close(self) -> None:
        """Stop what nobody wants any more."""
        for task in self._early.values():
            task.cancel()
        await asyncio.gather(*self._early.values(), return_exceptions=True)

    async def _get_early(self, key: Key, make: Make, *, between_hosts: bool) -> Outcome:
        async with self._turns:
            return await self._cache.get(key, make, between_hosts=between_hosts, fresh=self._fresh)


Started = asyncio.Task[File | Failure] | NoStart
Start = Callable[[FileKey], Started]
"""Begins to fetch a file, if it would be fetched now."""
