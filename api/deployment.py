"""Deployment as Redis knows it: the counts of all processes, and the jobs, queues and caches of the moment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis

from api.redis_client import store_errors
from core.concurrency import end
from core.errors import StoreUnavailable
from core.observing.counts import Counts, Values
from core.observing.outages import redis_outage
from core.queue.jobs import COUNTS, HEARTBEAT_LIFE_MS, LARGE_QUEUE, QUEUE
from core.queue.lua_scripts import lua_script

_SHARE_EVERY_S = 1.0
_QUEUES = {"ordinary": QUEUE, "large": LARGE_QUEUE}


@dataclass(frozen=True, slots=True)
class Queue:
    """Queue of jobs: how many wait, and how long the oldest one has waited (s)."""

    depth: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Overview:
    """A deployment at a moment: its jobs, queues by name, bytes of the caches by host, and what all have counted."""

    in_flight: int
    running: int
    workers: int
    queues: Mapping[str, Queue]
    cache_bytes: Mapping[str, int]
    counts: Values


class Deployment(Protocol):
    """Deployment, as the endpoints that watch it need it."""

    async def overview(self) -> Overview:
        """Return how things stand.  Raises StoreUnavailable."""

    async def share(self, counts: Counts, /) -> None:
        """Add what this process has counted to the counts of the deployment.  Raises StoreUnavailable."""

    def sharing(self, counts: Counts, /) -> AbstractAsyncContextManager[None]:
        """Share every second while the block runs."""

    async def check_writable(self) -> int:
        """Return how many workers beat.  Raises StoreUnavailable if no job could be accepted now; it says why."""


class RedisDeployment:
    """The deployment whose Redis server this is; ``longest_job_s`` is the time that its jobs may take."""

    def __init__(self, redis: Redis, longest_job_s: float) -> None:
        self._redis = redis
        self._one_at_a_time = asyncio.Lock()  # or the same news would be added twice
        self._allowed_s = longest_job_s
        self._overview = redis.register_script(lua_script("overview"))
        self._probe = redis.register_script(lua_script("probe"))

    async def overview(self) -> Overview:
        """Return how things stand.  Raises StoreUnavailable."""
        found = await self._ask(self._overview, keys=list(_QUEUES.values()), args=[HEARTBEAT_LIFE_MS])
        in_flight, running, workers, queues, caches, counts = found
        return Overview(
            in_flight=in_flight,
            running=running,
            workers=workers,
            queues=dict(zip(_QUEUES, (self._queue(*queue) for queue in queues), strict=True)),
            cache_bytes={host.decode(): int(size) for host, size in _pairs(caches)},
            counts={field.decode(): float(value) for field, value in _pairs(counts)},
        )

    async def check_writable(self) -> int:
        """Return how many workers beat.  Raises StoreUnavailable."""
        workers: int = await self._ask(self._probe, args=[HEARTBEAT_LIFE_MS])
        return workers

    async def share(self, counts: Counts) -> None:
        """Add what this process has counted to the counts of the deployment.  Raises StoreUnavailable."""
        async with self._one_at_a_time:
            news = counts.news()
            if news:
                await self._add(news)
                counts.note_shared(news)

    async def _add(self, news: Values) -> None:
        with store_errors():
            async with self._redis.pipeline() as pipeline:
                for field, change in news.items():
                    pipeline.hincrbyfloat(COUNTS, field, change)
                await pipeline.execute()
        redis_outage.over()

    @contextlib.asynccontextmanager
    async def sharing(self, counts: Counts) -> AsyncIterator[None]:
        """Add what this process counts to the counts of the deployment, every second, while the block runs."""
        task = asyncio.create_task(self._share_for_ever(counts))
        try:
            yield
        finally:
            await end(task)
            with contextlib.suppress(StoreUnavailable):
                await self.share(counts)

    async def _share_for_ever(self, counts: Counts) -> None:
        while True:
            await asyncio.sleep(_SHARE_EVERY_S)
            try:
                await self.share(counts)
            except StoreUnavailable as error:
                redis_outage.note(error.why)

    async def _ask(self, script: Any, **arguments: Any) -> Any:
        with store_errors():
            return await script(**arguments)

    def _queue(self, depth: int, left_ms: int) -> Queue:
        """``left_ms`` is the time that the oldest job still has; -1 if none waits."""
        return Queue(depth, 0.0 if left_ms < 0 else max(self._allowed_s - left_ms / 1000, 0.0))


def _pairs(flat: Sequence[bytes]) -> Sequence[tuple[bytes, bytes]]:
    return list(zip(flat[::2], flat[1::2], strict=True))
