"""Wake-ups of callers when jobs end: one Redis subscription per process, a future per waiting caller.

Redis forgets what it publishes, so a notice alone proves nothing.  Callers therefore look at the job *after* they are
registered here, and again whenever the subscription was made anew: no wake-up is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from core.concurrency import end
from core.errors import without_representations
from core.observing.outages import redis_outage
from core.queue.jobs import finished_channel

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

    def waiting_for(self, job_id: str) -> Waiter:
        """Return a caller's place among those who wait for ``job_id``, which is theirs while its block runs."""
        return Waiter(self._waiting, job_id)

    def wake_all(self) -> None:
        """Make every caller look at its job again."""
        for job_id in list(self._waiting):
            self._wake(job_id)

    def _wake(self, job_id: str) -> None:
        for future in self._waiting.get(job_id, ()):
            _wake(future)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except RedisError as error:
                redis_outage.note(without_representations(str(error)))
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
                    redis_outage.over()
                    self.wake_all()
                elif message["type"] == "message":
                    for job_id in message["data"].decode().split():
                        self._wake(job_id)


class Waiter:
    """One caller's place among those who wait for a job: in the set that ``waiting`` has for it."""

    def __init__(self, waiting: dict[str, set[asyncio.Future[None]]], job_id: str) -> None:
        self._waiting = waiting
        self._job_id = job_id
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._others = self._waiting.setdefault(self._job_id, set())
        self._join()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()
        if not self._others:
            del self._waiting[self._job_id]

    async def notified(self, timeout_s: float) -> None:
        """Return when there is news of the job, or after ``timeout_s``."""
        timer = self._loop.call_later(timeout_s, _wake, self._future)  # asyncio.wait would cost as much as all the rest
        try:
            await self._future
        finally:
            timer.cancel()
        self._leave()
        self._join()

    def _join(self) -> None:
        self._future = self._loop.create_future()
        self._others.add(self._future)

    def _leave(self) -> None:
        self._others.discard(self._future)
        self._future.cancel()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
