"""Deployment as Redis knows it: the counts of all processes, and the jobs, queues and caches of the moment."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis

from api.redis_client import redis_findings, store_errors
from core.concurrency import end
from core.errors import StoreUnavailable
from core.observing.counts import Counts, Values
from core.observing.health import HealthFinding
from core.observing.history import KEPT, STEP_S, HistorySample, decode_sample, encode_sample, sampled
from core.observing.outages import redis_outage
from core.queue.jobs import (
    COUNTS,
    HEARTBEAT_LIFE_MS,
    HISTORY,
    HISTORY_TAKEN,
    LARGE_QUEUE,
    QUEUE,
    WORKERS,
    taken_key,
)
from core.queue.lua_scripts import lua_script

_SHARE_EVERY_S = 1.0
_LOOK_AT_HISTORY_EVERY = 5  # shares: whoever looks first when a sample is due takes it
_EARLY_MS = 2_500  # half of that, so that samples are a step apart on average
_HISTORY_LIFE_S = 7_200
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


@dataclass(frozen=True, slots=True)
class BeatingWorker:
    """Worker process: its id, how long ago it beat (s), and how many jobs it holds."""

    name: str
    beat_s: float
    jobs: int


class Deployment(Protocol):
    """Deployment, as the endpoints that watch it need it."""

    async def overview(self) -> Overview:
        """Return how things stand.  Raises StoreUnavailable."""

    async def worker_states(self) -> Sequence[BeatingWorker]:
        """Return the workers, also those that don't beat any more.  Raises StoreUnavailable."""

    async def history(self) -> Sequence[HistorySample]:
        """Return the samples of the last hour, in order of time.  Raises StoreUnavailable."""

    async def findings(self) -> Sequence[HealthFinding]:
        """Return what is to be said about Redis."""

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

    async def worker_states(self) -> Sequence[BeatingWorker]:
        """Return the workers, also those that don't beat any more.  Raises StoreUnavailable."""
        with store_errors():
            beats: Any = await self._redis.zrange(WORKERS, 0, -1, withscores=True)
            async with self._redis.pipeline(transaction=False) as pipeline:
                for name, _ in beats:
                    pipeline.scard(taken_key(name.decode()))
                pipeline.time()
                *held, (seconds, microseconds) = await pipeline.execute()
        now_ms = seconds * 1000 + microseconds / 1000
        return [
            BeatingWorker(name.decode(), round(max(now_ms - beat_ms, 0) / 1000, 3), jobs)
            for (name, beat_ms), jobs in zip(beats, held, strict=True)
        ]

    async def history(self) -> Sequence[HistorySample]:
        """Return the samples of the last hour, in order of time.  Raises StoreUnavailable."""
        with store_errors():
            kept: Any = await self._redis.lrange(HISTORY, 0, KEPT - 1)
        return [sample for each in reversed(kept) if (sample := decode_sample(each)) is not None]

    async def findings(self) -> Sequence[HealthFinding]:
        """Return what is to be said about Redis."""
        return await redis_findings(self._redis)

    async def take_sample(self) -> None:
        """Add a sample to the history, unless somebody took one a moment ago.  Raises StoreUnavailable."""
        with store_errors():
            is_due = await self._redis.set(HISTORY_TAKEN, 1, nx=True, px=STEP_S * 1000 - _EARLY_MS)
        if is_due:
            sample = encode_sample(sample_of(await self.overview(), time.time()))
            with store_errors():
                async with self._redis.pipeline() as pipeline:
                    pipeline.lpush(HISTORY, sample)
                    pipeline.ltrim(HISTORY, 0, KEPT - 1)
                    pipeline.expire(HISTORY, _HISTORY_LIFE_S)
                    await pipeline.execute()

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
        for second in itertools.count():
            await asyncio.sleep(_SHARE_EVERY_S)
            try:
                await self.share(counts)
                if second % _LOOK_AT_HISTORY_EVERY == 0:
                    await self.take_sample()
            except StoreUnavailable as error:
                redis_outage.note(error.why)

    async def _ask(self, script: Any, **arguments: Any) -> Any:
        with store_errors():
            return await script(**arguments)

    def _queue(self, depth: int, left_ms: int) -> Queue:
        """``left_ms`` is the time that the oldest job still has; -1 if none waits."""
        return Queue(depth, 0.0 if left_ms < 0 else max(self._allowed_s - left_ms / 1000, 0.0))


def sample_of(overview: Overview, at: float) -> HistorySample:
    """Return what is kept of a deployment at a moment (seconds since 1970)."""
    return HistorySample(
        at,
        sampled(overview.counts),
        overview.in_flight,
        overview.running,
        overview.workers,
        sum(queue.depth for queue in overview.queues.values()),
        max((queue.oldest_s for queue in overview.queues.values()), default=0.0),
        sum(overview.cache_bytes.values()),
    )


def _pairs(flat: Sequence[bytes]) -> Sequence[tuple[bytes, bytes]]:
    return list(zip(flat[::2], flat[1::2], strict=True))
