"""Waiting for jobs to end: one Redis subscription per process, a future per waiting caller.

Redis forgets what it publishes, so a notice alone proves nothing.  Callers therefore look at the job *after* they are
registered here, and again whenever the subscription was made anew: no wake-up is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Iterator

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from core.cancellation import end
from core.jobs import finished_channel

_log = logging.getLogger(__name__)

_RECONNECT_AFTER_S = 0.2
_SILENCE_S = 5.0  # a connection that a firewall dropped looks alive until somebody asks


class FinishedJobs:
    """Wakes the callers of one API process when their jobs end."""

    def __init__(self, redis: Redis) -> None:
        self.channel = finished_channel(secrets.token_hex(8))
        self._redis = redis
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Keep the subscription up while the block runs, however often Redis goes away."""
        task = asyncio.create_task(self._listen_for_ever())
        try:
            yield
        finally:
            await end(task)

    @contextlib.contextmanager
    def waiting_for(self, job_id: str) -> Iterator[Waiter]:
        """Register a caller who wants to hear of ``job_id`` while the block runs."""
        waiter = Waiter(self._waiting.setdefault(job_id, set()))
        try:
            yield waiter
        finally:
            waiter.leave()
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    def wake_all(self) -> None:
        """Make every caller look at its job again."""
        for job_id in list(self._waiting):
            self._wake(job_id)

    def _wake(self, job_id: str) -> None:
        for future in self._waiting.get(job_id, ()):
            if not future.done():
                future.set_result(None)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except RedisError as error:
                _log.warning("not subscribed to finished jobs, trying again: %s", error)
            await asyncio.sleep(_RECONNECT_AFTER_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(self.channel)
            unanswered_ping = False
            while True:
                message = await subscription.get_message(timeout=_SILENCE_S)
                if message is None and unanswered_ping:
                    raise RedisConnectionError("no answer to a ping")
                unanswered_ping = message is None
                if message is None:
                    await subscription.ping()
                elif message["type"] == "subscribe":
                    self.wake_all()
                elif message["type"] == "message":
                    for job_id in message["data"].decode().split():
                        self._wake(job_id)


class Waiter:
    """One caller's place in the set of those who wait for a job."""

    def __init__(self, waiting: set[asyncio.Future[None]]) -> None:
        self._waiting = waiting
        self._future = self._join()

    async def notified(self, timeout_s: float) -> None:
        """Return when there is news of the job, or after ``timeout_s``."""
        await asyncio.wait([self._future], timeout=timeout_s)
        self.leave()
        self._future = self._join()

    def leave(self) -> None:
        """Wait no longer."""
        self._waiting.discard(self._future)
        self._future.cancel()

    def _join(self) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        return future
