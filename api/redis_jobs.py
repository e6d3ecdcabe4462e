"""Jobs as the API sees them: accept one, wait for its answer, look at it later.

The answer is what the worker stored, byte for byte.  The keys are described in ``core.queue.jobs``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from redis.asyncio import Redis

from api.deployment import RedisDeployment
from api.redis_client import log_findings, open_redis, store_errors
from api.submitted_jobs import Acceptance, EndedJob, JobRecords, JobRules, Submission
from api.wakeups import FinishedJobs, Waiter
from core.concurrency import end
from core.errors import AtCapacity, NoUploadWorkers, ShuttingDown, StoreUnavailable
from core.observing.logs import LOG_FIELDS, REQUEST_ID
from core.observing.outages import redis_outage
from core.observing.tracing import current_traceparent
from core.queue.jobs import UPLOAD_WORKERS, UPLOADS_QUEUE, trace_key
from core.settings import Settings
from core.wire.response import TIMEOUT_BODY, pending_body

_log = logging.getLogger(__name__)

_HANDED_OUT = "handed_out"
_NO_CACHE = b"no_cache"  # of the options: such a request is not answered by what another one came to

_MAX_BYTES = 64 << 20
_LARGEST_BODY_BYTES = 1 << 20  # beyond that, repetitions are rare and digests dear
_NO_SCOPE = b"g"
_SCOPE = b"s"


@dataclass(frozen=True, slots=True)
class CallerRules:
    """Rules for callers: whether equal requests share a job, when to poll again (s), the cell that ids begin with."""

    shares_jobs: bool
    retry_after_s: int
    cell: str | None


class RedisJobs:
    """The jobs of a deployment, seen from one API process."""

    def __init__(self, redis: Redis, finished: FinishedJobs, rules: JobRules, caller_rules: CallerRules) -> None:
        self.deployment = RedisDeployment(redis, rules.longest_job_s)
        self._redis = redis
        self._finished = finished
        self._longest_job_s = rules.longest_job_s
        self._rules = caller_rules
        self._text_life_ms = (rules.longest_job_s + rules.result_ttl_s) * 1000
        self._records = JobRecords(redis, finished.channel, rules)
        self._recent = RecentAnswers()
        self._closing = False

    async def submit(
        self, body: bytes, scope: str | None, timeout_s: int | None, stored: Callable[[bool], None] = lambda _: None
    ) -> bytes:
        """Answer a validated request body, by a job that is made now or by that of an equal request.

        ``stored`` is told whether a job was made of it, once the body is not needed any more.  Returns the answer's
        bytes, or a ``pending`` answer if the job takes longer than ``timeout_s``; None waits to the end.  Raises
        AtCapacity, or StoreUnavailable; after the latter the job may or may not have been accepted, but nobody knows
        its id.
        """
        digest = digest_of(body, scope) if self._rules.shares_jobs and _NO_CACHE not in body else None
        recent = self._recent.get(digest)
        if recent is not None:
            REQUEST_ID.set(recent.job_id)
            return recent.answer
        submission = Submission(
            new_request_id(self._rules.cell),
            body,
            scope,
            handed_out=timeout_s == 0,
            digest=digest,
            traceparent=current_traceparent(),
            log_fields=LOG_FIELDS.get(),
        )
        answering = self._submitted(submission, timeout_s, stored)
        del body, submission  # waiting may take minutes
        return await answering

    async def submit_upload(self, task: bytes, digest: bytes, timeout_s: int) -> bytes | None:
        """Have an upload assembled, by a job that is made now or by that of an equal one, which has the same digest.

        Returns what the worker says of it, None if it takes longer than ``timeout_s``.  Raises AtCapacity,
        NoUploadWorkers and StoreUnavailable.
        """
        with store_errors():
            if not await self._redis.exists(UPLOAD_WORKERS):
                raise NoUploadWorkers
        submission = Submission(
            new_request_id(self._rules.cell),
            task,
            None,
            handed_out=False,
            digest=digest,
            traceparent=current_traceparent(),
            log_fields=LOG_FIELDS.get(),
            queue=UPLOADS_QUEUE,
        )
        answer = await self._submitted(submission, timeout_s, lambda _: None)
        return None if answer == self._pending(REQUEST_ID.get()) else answer

    async def _submitted(self, submission: Submission, timeout_s: int | None, stored: Callable[[bool], None]) -> bytes:
        """Answer a submission, by a job that is made now or by that of an equal one."""
        digest, job_id = submission.digest, submission.job_id
        REQUEST_ID.set(job_id)
        deadline = _Deadline(timeout_s)
        with self._finished.waiting_for(job_id) as waiter:
            acceptance = await self._accept(submission)
            del submission  # waiting may take minutes
            if acceptance.answer is not None:
                REQUEST_ID.set(acceptance.job_id)
                return self._again(digest, acceptance)
            stored(acceptance.job_id == job_id)
            if acceptance.job_id == job_id:
                _log.debug("accepted")
                return await self._first_answer(job_id, waiter, deadline)
        with self._finished.waiting_for(acceptance.job_id) as waiter:
            REQUEST_ID.set(acceptance.job_id)
            _log.debug("shares the job of an equal request")
            return await self._answer_of_known(acceptance.job_id, waiter, deadline)

    async def poll(
        self, request_id: str, timeout_s: int | None, idled: Callable[[float], None] = lambda _: None
    ) -> bytes | None:
        """Return the answer's bytes, ``pending`` after ``timeout_s`` without one, or None for an unknown id.

        ``idled`` is told for how many seconds an answer has been there.  Raises StoreUnavailable.
        """
        REQUEST_ID.set(request_id)
        with self._finished.waiting_for(request_id) as waiter:
            return await self._answer(request_id, waiter, _Deadline(timeout_s), idled)

    async def keep_text(self, request_id: str, text: bytes) -> None:
        """Keep the text of a trace for as long as its answer may be asked for.  Raises StoreUnavailable."""
        with store_errors():
            await self._redis.set(trace_key(request_id), text, px=self._text_life_ms)

    async def kept_text(self, request_id: str) -> bytes | None:
        """Return the text that was kept for a request, None if there is none.  Raises StoreUnavailable."""
        with store_errors():
            kept: Any = await self._redis.get(trace_key(request_id))
        return None if kept is None else bytes(kept)

    def close(self) -> None:
        """Make every waiting caller leave: this process is going to stop."""
        self._closing = True
        self._finished.wake_all()

    async def _accept(self, submission: Submission) -> Acceptance:
        with store_errors():
            acceptance = await self._records.accept(submission)
        redis_outage.over()
        if acceptance is None:
            raise AtCapacity
        return acceptance

    def _again(self, digest: bytes | None, ended: Acceptance) -> bytes:
        assert digest is not None
        assert ended.answer is not None
        self._recent.keep(digest, ended.job_id, ended.answer, ended.life_s)
        return ended.answer

    async def _first_answer(self, job_id: str, waiter: Waiter, deadline: _Deadline) -> bytes:
        """Wait for the answer of a job that was made just now: it needs no look before the first news."""
        if deadline.left_s() <= 0:
            return self._pending(job_id)
        await waiter.notified(min(deadline.left_s(), self._longest_job_s))
        return await self._answer_of_known(job_id, waiter, deadline)

    async def _answer_of_known(self, job_id: str, waiter: Waiter, deadline: _Deadline) -> bytes:
        answer = await self._answer(job_id, waiter, deadline)
        if answer is None:
            raise StoreUnavailable("it lost the job")
        return answer

    async def _answer(
        self, job_id: str, waiter: Waiter, deadline: _Deadline, idled: Callable[[float], None] = lambda _: None
    ) -> bytes | None:
        while True:
            leaving = self._closing or deadline.left_s() <= 0
            seen = await self._seen(job_id, _HANDED_OUT if leaving else f"waiter:{self._finished.channel}")
            if isinstance(seen, EndedJob):
                idled(seen.idle_s)
                return seen.answer
            if seen is None:
                return None
            if seen == 0:
                return TIMEOUT_BODY
            if leaving:
                return self._pending_or_refused(job_id, deadline)
            await waiter.notified(min(deadline.left_s(), seen / 1000))

    async def _seen(self, job_id: str, mark: str) -> EndedJob | int | None:
        with store_errors():
            return await self._records.look(job_id, mark)

    def _pending_or_refused(self, job_id: str, deadline: _Deadline) -> bytes:
        if not deadline.is_set:
            raise ShuttingDown  # only a caller who gave a timeout expects ``pending``
        return self._pending(job_id)

    def _pending(self, job_id: str) -> bytes:
        return pending_body(job_id, self._rules.retry_after_s)


def new_request_id(cell: str | None) -> str:
    """Return a random UUID (version 4), which begins with the two hex digits of ``cell`` if there is one."""
    request_id = str(uuid.uuid4())
    return request_id if cell is None else cell + request_id[2:]


@contextlib.asynccontextmanager
async def open_jobs(settings: Settings) -> AsyncIterator[RedisJobs]:
    """Open the jobs of the deployment that ``settings`` names.  Works before Redis answers; calls fail meanwhile."""
    redis = open_redis(settings.redis_url)
    finished = FinishedJobs(redis)
    checking = asyncio.create_task(log_findings(redis))
    try:
        async with finished.listening():
            yield RedisJobs(redis, finished, _job_rules(settings), _caller_rules(settings))
    finally:
        await end(checking)
        await redis.aclose()


def digest_of(body: bytes, scope: str | None) -> bytes | None:
    """Return what requests have in common that may share a job, None for a body too large to be worth it.

    The body holds credentials, and none can be read from its digest.
    """
    if len(body) > _LARGEST_BODY_BYTES:
        return None
    digest = hashlib.blake2b(body, digest_size=32)
    # The scope comes last, and a body is one JSON document: no two pairs of them run together into the same bytes.
    digest.update(_NO_SCOPE if scope is None else _SCOPE + scope.encode())
    return digest.digest()


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """The answer of the job ``job_id``, good for others until ``ends_at`` by the clock."""

    job_id: str
    answer: bytes
    ends_at: float


class RecentAnswers:
    """The answers that one process knows to be good for others, by digest; the least used ones go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: LRUCache[bytes, RecentAnswer] = LRUCache(_MAX_BYTES, getsizeof=lambda recent: len(recent.answer))
        self._clock = clock

    def get(self, digest: bytes | None) -> RecentAnswer | None:
        """Return the answer to a request like this one, if there is one still."""
        recent = None if digest is None else self._kept.get(digest)
        if recent is None or recent.ends_at <= self._clock():
            return None
        return recent

    def keep(self, digest: bytes, job_id: str, answer: bytes, life_s: float) -> None:
        """Remember the answer of a job for as long as it may be given to others."""
        if life_s > 0 and len(answer) <= self._kept.maxsize:
            self._kept[digest] = RecentAnswer(job_id, answer, self._clock() + life_s)


class _Deadline:
    """End of a caller's patience; a caller without a timeout never stops waiting."""

    def __init__(self, timeout_s: int | None) -> None:
        self.is_set = timeout_s is not None
        self._at = float("inf") if timeout_s is None else time.monotonic() + timeout_s

    def left_s(self) -> float:
        return self._at - time.monotonic()


def _job_rules(settings: Settings) -> JobRules:
    return JobRules(
        settings.max_concurrent_requests, settings.request_timeout_s, settings.result_ttl_s, settings.large_body_bytes
    )


def _caller_rules(settings: Settings) -> CallerRules:
    return CallerRules(settings.share_requests, settings.pending_retry_after_s, settings.cell)
