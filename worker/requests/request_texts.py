"""The text files of one request, some of them under way before it is their turn.

What is asked for in which order, and so the answer, doesn't depend on what was started early: each file is fetched
once, and whoever wants it gets what came of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.failures import Failure
from core.files.text_files import Text
from worker.caches.keys import Key
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import Draft
from worker.caches.tiered_cache import Freshness, LoadedCache

AT_ONCE = 8
"""How many files of one request are fetched early at the same time."""

Make = Callable[[], Awaitable[Draft]]
Outcome = Text | Failure


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
