"""Jobs that a worker process holds in Redis: taken, answered, handed back.

The keys are described in ``core.queue.jobs``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from redis.exceptions import RedisError

from core.errors import StoreUnavailable
from core.observing.outages import redis_outage
from core.queue.celery_message import MessageWriter
from core.queue.lua_scripts import lua_script
from core.settings import Settings
from core.wire.response import INTERNAL_ERROR_BODY
from worker.job_types import Answer, Job
from worker.redis_connections import open_feed_redis, open_redis

_log = logging.getLogger(__name__)

_RETRY_S = 0.5
_RETRY_ANSWER_S = 0.2
_TRIES = 3  # of an answer that Redis refuses

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answered:
    """A job that ended, and its answer."""

    job_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Taken:
    """Outcome of taking: jobs, and messages that were none of ours."""

    jobs: Sequence[Job]
    refused: Sequence[bytes]


class HeldJobs:
    """The job records of a deployment, for the worker process ``worker_id``.

    Every method raises StoreUnavailable.
    """

    def __init__(self, settings: Settings, worker_id: str, messages: MessageWriter) -> None:
        self._redis = open_redis(settings)
        self._feed_redis = open_feed_redis(settings)
        self._worker_id = worker_id
        self._messages = messages
        self._result_ttl_s = settings.result_ttl_s
        self._answer_reuse_ms = 1000 * settings.answer_reuse_s
        self._held_life_ms = 1000 * (settings.request_timeout_s + settings.result_ttl_s)
        self._begin = self._redis.register_script(lua_script("begin"))
        self._answer_and_take = self._feed_redis.register_script(lua_script("answer_and_take"))
        self._held = self._redis.register_script(lua_script("held"))
        self._finish = self._redis.register_script(lua_script("finish"))
        self._hand_back = self._redis.register_script(lua_script("hand_back"))
        self._note_process = self._redis.register_script(lua_script("note_process"))
        self._leave = self._redis.register_script(lua_script("leave"))

    async def begin(self, job_id: str) -> Job | None:
        """Take one job.  None if it has ended, its time is up, or another worker process holds it."""
        with _store_errors():
            found = await self._begin(args=[self._worker_id, job_id])
        return None if found is None else _job(found)

    async def answer_and_take(self, queue: str, answered: Sequence[Answered], wanted: int) -> Taken:
        """Store answers, and take up to ``wanted`` jobs from a queue, the oldest first.

        After StoreUnavailable both may have happened: answers may be stored again, and ``held`` tells what was taken.
        """
        arguments: list[Any] = [self._worker_id, self._held_life_ms, self._result_ttl_s, wanted]
        for each in answered:
            arguments += (each.job_id, each.answer.body, self._reuse_ms(each.answer))
        with _store_errors():
            taken, refused = await self._answer_and_take(keys=[queue], args=arguments)
        return Taken([_job(found) for found in taken], refused)

    async def held(self, queue: str, known_ids: Iterable[str]) -> Sequence[Job]:
        """Return the jobs that this process took from a queue, but for the known ones."""
        with _store_errors():
            return [_job(found) for found in await self._held(args=[self._worker_id, queue, *known_ids])]

    async def finish(self, job_id: str, answer: Answer) -> bool:
        """Store the answer and wake those who wait for it; False if the job already had one, or came too late.

        Harmless to repeat.
        """
        arguments: list[Any] = [self._worker_id, self._result_ttl_s, job_id, answer.body, self._reuse_ms(answer)]
        with _store_errors():
            return bool(await self._finish(args=arguments))

    async def hand_back(self, job_id: str, *, send_message: bool) -> None:
        """Hold a job no longer; ``send_message`` if nobody else sends one so that it is taken again."""
        template = self._messages.template if send_message else b""
        with _store_errors():
            await self._hand_back(args=[self._worker_id, job_id, template])

    async def note_process(self, job_id: str, process_id: int) -> None:
        """Note in the record of a job which process of its own runs it."""
        with _store_errors():
            await self._note_process(args=[self._worker_id, job_id, process_id])

    async def leave(self) -> None:
        """Take this process off the list of workers."""
        with _store_errors():
            await self._leave(args=[self._worker_id])

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        await self._feed_redis.aclose()

    def _reuse_ms(self, answer: Answer) -> int:
        if not answer.reusable:
            return 0
        return self._answer_reuse_ms if answer.reuse_s is None else int(answer.reuse_s * 1000)


async def persistently(call: Callable[[], Awaitable[_T]]) -> _T:
    """Return what ``call`` returns, however long Redis is away."""
    while True:
        try:
            return await call()
        except StoreUnavailable as error:
            redis_outage.note(error.why)
            await asyncio.sleep(_RETRY_S)


async def store_persistently(held_jobs: HeldJobs, job_id: str, answer: Answer) -> None:
    """Store an answer, however long Redis is away; if Redis takes others but not this one, store that the job failed.

    An answer that Redis refuses would be refused for ever.
    """
    refusals = 0
    try:
        while True:
            try:
                await held_jobs.finish(job_id, answer)
            except StoreUnavailable as error:
                redis_outage.note(error.why)
                await asyncio.sleep(_RETRY_ANSWER_S)
                refusals += 1
            else:
                return
            if refusals >= _TRIES and await _stores_failure(held_jobs, job_id):
                _log.error("job %s ends as internal_error: its answer of %d bytes is refused", job_id, len(answer.body))
                return
    finally:
        answer.stored()


async def _stores_failure(held_jobs: HeldJobs, job_id: str) -> bool:
    try:
        await held_jobs.finish(job_id, Answer(INTERNAL_ERROR_BODY))
    except StoreUnavailable:
        return False
    return True


def _job(found: list[Any]) -> Job:
    job_id, body, left_ms, scope, deaths, traceparent, log_fields, queue = found
    scope = None if scope is None else scope.decode()
    fields = orjson.loads(log_fields) if log_fields else {}
    return Job(
        job_id.decode(), body or b"", left_ms / 1000, scope, deaths, traceparent.decode(), fields, queue.decode()
    )


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(str(error)) from error
