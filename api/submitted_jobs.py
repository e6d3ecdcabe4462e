"""Job records in Redis for the API: accept submissions, look at jobs, many in one round trip.

The keys are described in ``core.queue.jobs``.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson
from redis.asyncio import Redis

from core.queue.celery_message import MessageWriter
from core.queue.jobs import LARGE_QUEUE, QUEUE, UNCLAIMED_RESULT_TTL_S
from core.queue.lua_scripts import lua_script

_MOST_AT_ONCE = 64
_ALONE_BYTES = 64 << 10  # a body that would keep the others of its batch waiting

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class JobRules:
    """Rules of a deployment: jobs in flight (None: no limit), the time of a job (s), how long its answer is kept (s).

    Bodies of more than ``large_bytes`` have a queue of their own.
    """

    max_in_flight: int | None
    longest_job_s: int
    result_ttl_s: int
    large_bytes: int


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that is to become the job ``job_id``, or to share the one of a request with the same ``digest``."""

    job_id: str
    body: bytes
    scope: str | None
    handed_out: bool
    digest: bytes | None
    traceparent: str = ""
    log_fields: Mapping[str, str] = field(default_factory=dict)
    queue: str | None = None
    """The list of its message, None for that of requests of its size."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The job that answers a request.  If it has ended, its ``answer``, which others may be given for ``life_s``."""

    job_id: str
    answer: bytes | None = None
    life_s: float = 0


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A job that ended: its answer, and how long this has been there, about."""

    answer: bytes
    idle_s: float


class JobRecords:
    """The jobs of a deployment, for the API process that listens to ``channel``.

    Calls at the same time share a round trip.  All of them raise what the Redis client raises.
    """

    def __init__(self, redis: Redis, channel: str, rules: JobRules) -> None:
        limit = rules.max_in_flight
        self._common: list[Any] = [
            -1 if limit is None else limit,
            rules.longest_job_s * 1000,
            rules.result_ttl_s * 1000,
            channel,
        ]
        self._large_bytes = rules.large_bytes
        self._result_ttl_s = rules.result_ttl_s
        self._messages = MessageWriter(f"unmangle-api-{os.getpid()}@{socket.gethostname()}")
        self._accept = redis.register_script(lua_script("accept"))
        self._look = redis.register_script(lua_script("look"))
        self._submissions = Batches(self._accept_all, _MOST_AT_ONCE)
        self._looks = Batches(self._look_at_all, _MOST_AT_ONCE)

    async def accept(self, submission: Submission) -> Acceptance | None:
        """Return the job that answers a request; None if as many as allowed are in flight already."""
        if len(submission.body) > _ALONE_BYTES:
            return (await self._accept_all([submission]))[0]
        return await self._submissions.call(submission)

    async def look(self, job_id: str, mark: str) -> EndedJob | int | None:
        """Return the answer of a job, else for how many more ms it may go on, else None: it is unknown.

        If it goes on, ``mark`` is set in its record.
        """
        return await self._looks.call((job_id, mark))

    async def _accept_all(self, submissions: Sequence[Submission]) -> Sequence[Acceptance | None]:
        arguments = list(self._common)
        for submission in submissions:
            arguments += self._arguments(submission)
        return [_acceptance(outcome) for outcome in await self._accept(args=arguments)]

    def _arguments(self, submission: Submission) -> Sequence[Any]:
        queue = submission.queue or (LARGE_QUEUE if len(submission.body) > self._large_bytes else QUEUE)
        return (
            submission.job_id,
            submission.body,
            self._messages.message(submission.job_id, queue),
            queue,
            int(submission.handed_out),
            submission.digest or b"",
            "g" if submission.scope is None else f"s{submission.scope}",
            submission.traceparent,
            orjson.dumps(submission.log_fields) if submission.log_fields else b"",
        )

    async def _look_at_all(self, looks: Sequence[tuple[str, str]]) -> Sequence[EndedJob | int | None]:
        seen = await self._look(args=[part for look in looks for part in look])
        return [self._ended(*each) if isinstance(each, list) else each for each in seen]

    def _ended(self, answer: bytes, left_ms: int) -> EndedJob:
        # Answers don't say when they were stored, but they have one of two times to live.
        life_s = self._result_ttl_s if left_ms > 1000 * UNCLAIMED_RESULT_TTL_S else UNCLAIMED_RESULT_TTL_S
        return EndedJob(answer, max(life_s - left_ms / 1000, 0.0))


class Batches(Generic[Q, A]):
    """Sends questions in batches of up to ``most``, one batch at a time, and hands each its answer.

    ``send`` takes a batch and returns as many answers, in that order; what it raises, every call of the batch raises.
    Belongs to one event loop.
    """

    def __init__(self, send: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], most: int) -> None:
        self._send = send
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def call(self, question: Q) -> A:
        """Return the answer to a question.  Cancelling the call withdraws it, if it has not been sent yet."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await future

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch = [entry for entry in self._waiting[: self._most] if not entry[1].done()]
                del self._waiting[: self._most]
                if batch:
                    await self._send_batch(batch)
        finally:
            self._sending = None

    async def _send_batch(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._send([question for question, _ in batch])
        except Exception as error:  # it is not ours: it belongs to those who asked
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _acceptance(outcome: Any) -> Acceptance | None:
    if outcome == 0:
        return None
    job_id, *answered = outcome
    if not answered:
        return Acceptance(job_id.decode())
    answer, life_ms = answered
    return Acceptance(job_id.decode(), answer, life_ms / 1000)
