"""Sweeps of the artifact store at regular times, by one of the processes that take uploads.

Redis knows when the last one began.  Without it each process sweeps by its own clock, which is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.observing.counts import Counts
from core.settings import Settings
from core.store.object_store import Objects, ObjectStoreUnavailable
from core.store.retention import sweep_store

_log = logging.getLogger(__name__)

SWEEP_BEGAN = "unmangle:store:sweep"
"""Key that is there as long as no further sweep is to begin."""

_LOOK_EVERY_S = 60.0


class StoreSweeper:
    """Sweeps of one process."""

    def __init__(self, objects: Objects, redis: Redis, settings: Settings, counts: Counts) -> None:
        self._objects = objects
        self._redis = redis
        self._retention_s = settings.store_retention_s
        self._counts = counts
        self._began_at = time.monotonic()

    async def run(self, interval_s: int) -> None:
        """Sweep about every ``interval_s`` seconds, for ever."""
        while True:
            await asyncio.sleep(min(_LOOK_EVERY_S, max(interval_s, 1)))
            try:
                if await self._is_due(max(interval_s, 1)):
                    await sweep_store(self._objects, self._retention_s, self._counts)
            except ObjectStoreUnavailable as error:
                _log.warning("the sweep goes on later: %s", error)
            except Exception:
                _log.exception("the store can't be swept")

    async def _is_due(self, interval_s: int) -> bool:
        try:
            is_due = bool(await self._redis.set(SWEEP_BEGAN, 1, nx=True, ex=interval_s))
        except RedisError:
            is_due = time.monotonic() - self._began_at >= interval_s
        if is_due:
            self._began_at = time.monotonic()
        return is_due
