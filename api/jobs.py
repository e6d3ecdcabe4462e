"""Jobs as the API sees them: accept one, wait for its answer, look at it later.

The answer is what the worker stored, byte for byte.  The keys are described in ``core.jobs``.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from api import scripts
from api.results import FinishedJobs, Waiter
from core.errors import AtCapacity, ShuttingDown, StoreUnavailable
from core.jobs import IN_FLIGHT, QUEUE, job_key, payload_key, result_key
from core.message import MessageWriter
from core.settings import Settings
from core.wire.response import TIMEOUT_BODY, pending_body

_CONNECTIONS = 32
_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 5.0
_HANDED_OUT = "handed_out"


class RedisJobs:
    """The jobs of a deployment, seen from one API process."""

    def __init__(self, redis: Redis, finished: FinishedJobs, settings: Settings) -> None:
        self._finished = finished
        self._settings = settings
        self._messages = MessageWriter(f"unmangle-api-{os.getpid()}@{socket.gethostname()}")
        self._accept = redis.register_script(scripts.ACCEPT)
        self._look = redis.register_script(scripts.LOOK)
        self._closing = False

    async def submit(
        self, body: bytes, scope: str | None, timeout_s: int | None, accepted: Callable[[], None] = lambda: None
    ) -> bytes:
        """Make a job of a validated request body, call ``accepted``, and return the answer's bytes.

        Returns a ``pending`` answer if the job takes longer than ``timeout_s``; None waits to the end.
        Raises AtCapacity, or StoreUnavailable; after the latter the job may or may not have been accepted, but nobody
        knows its id.
        """
        job_id = str(uuid.uuid4())
        deadline = _Deadline(timeout_s)
        with self._finished.waiting_for(job_id) as waiter:
            await self._record(job_id, body, scope, handed_out=timeout_s == 0)
            accepted()
            if timeout_s == 0:
                return self._pending(job_id)
            await waiter.notified(min(deadline.left_s(), self._settings.request_timeout_s))
            answer = await self._answer(job_id, waiter, deadline)
        if answer is None:
            raise StoreUnavailable("it lost the job")
        return answer

    async def poll(self, request_id: str, timeout_s: int | None) -> bytes | None:
        """Return the answer's bytes, ``pending`` after ``timeout_s`` without one, or None for an unknown id.

        Raises StoreUnavailable.
        """
        with self._finished.waiting_for(request_id) as waiter:
            return await self._answer(request_id, waiter, _Deadline(timeout_s))

    def close(self) -> None:
        """Make every waiting caller leave: this process is going to stop."""
        self._closing = True
        self._finished.wake_all()

    async def _record(self, job_id: str, body: bytes, scope: str | None, *, handed_out: bool) -> None:
        limit = self._settings.max_concurrent_requests
        with _store_errors():
            accepted = await self._accept(
                keys=[IN_FLIGHT, job_key(job_id), payload_key(job_id), QUEUE],
                args=[
                    job_id,
                    -1 if limit is None else limit,
                    self._settings.request_timeout_s * 1000,
                    self._settings.result_ttl_s * 1000,
                    body,
                    self._messages.message(job_id),
                    self._finished.channel,
                    int(handed_out),
                    *([] if scope is None else [scope]),
                ],
            )
        if not accepted:
            raise AtCapacity

    async def _answer(self, job_id: str, waiter: Waiter, deadline: _Deadline) -> bytes | None:
        while True:
            leaving = self._closing or deadline.left_s() <= 0
            seen = await self._seen(job_id, _HANDED_OUT if leaving else f"waiter:{self._finished.channel}")
            if seen is None or isinstance(seen, bytes):
                return seen
            if seen == 0:
                return TIMEOUT_BODY
            if leaving:
                return self._pending_or_refused(job_id, deadline)
            await waiter.notified(min(deadline.left_s(), seen / 1000))

    async def _seen(self, job_id: str, mark: str) -> bytes | int | None:
        with _store_errors():
            seen: bytes | int | None = await self._look(keys=[result_key(job_id), job_key(job_id)], args=[mark])
        return seen

    def _pending_or_refused(self, job_id: str, deadline: _Deadline) -> bytes:
        if not deadline.is_set:
            raise ShuttingDown  # only a caller who gave a timeout expects ``pending``
        return self._pending(job_id)

    def _pending(self, job_id: str) -> bytes:
        return pending_body(job_id, self._settings.pending_retry_after_s)


class _Deadline:
    """When a caller stops waiting; a caller without a timeout never does."""

    def __init__(self, timeout_s: int | None) -> None:
        self.is_set = timeout_s is not None
        self._at = float("inf") if timeout_s is None else time.monotonic() + timeout_s

    def left_s(self) -> float:
        return self._at - time.monotonic()


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(str(error)) from error


@contextlib.asynccontextmanager
async def open_jobs(settings: Settings) -> AsyncIterator[RedisJobs]:
    """Open the jobs of the deployment that ``settings`` names.  Works before Redis answers; calls fail meanwhile."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=_CONNECTIONS,
        timeout=_ANSWER_TIMEOUT_S,
        socket_connect_timeout=_CONNECT_TIMEOUT_S,
        socket_timeout=_ANSWER_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),
    )
    redis = Redis(connection_pool=pool)
    finished = FinishedJobs(redis)
    try:
        async with finished.listening():
            yield RedisJobs(redis, finished, settings)
    finally:
        await redis.aclose()
        await pool.aclose()
