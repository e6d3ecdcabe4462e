"""Jobs in Redis as the API sees them: accept some, look at some.  The keys are described in ``core.queue.jobs``."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from api.job_records import Batches
from core.queue.celery_message import MessageWriter
from core.queue.jobs import LARGE_QUEUE, QUEUE, UNCLAIMED_RESULT_TTL_S
from core.queue.lua_scripts import lua_script
from core.settings import Settings

_MOST_AT_ONCE = 64
_ALONE_BYTES = 64 << 10  # a body that would keep the others of its batch waiting


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
class Ended:
    """A job that ended: its answer, and how long this has been there, about."""

    answer: bytes
    idle_s: float


class JobStore:
    """The jobs of a deployment, for the API process that listens to ``channel``.

    Calls at the same time share a round trip.  All of them raise what the Redis client raises.
    """

    def __init__(self, redis: Redis, channel: str, settings: Settings) -> None:
        limit = settings.max_concurrent_requests
        self._common: list[Any] = [
            -1 if limit is None else limit,
            settings.request_timeout_s * 1000,
            settings.result_ttl_s * 1000,
            channel,
        ]
        self._large_bytes = settings.large_body_bytes
        self._result_ttl_s = settings.result_ttl_s
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

    async def look(self, job_id: str, mark: str) -> Ended | int | None:
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

    async def _look_at_all(self, looks: Sequence[tuple[str, str]]) -> Sequence[Ended | int | None]:
        seen = await self._look(args=[part for look in looks for part in look])
        return [self._ended(*each) if isinstance(each, list) else each for each in seen]

    def _ended(self, answer: bytes, left_ms: int) -> Ended:
        # Answers don't say when they were stored, but they have one of two times to live.
        life_s = self._result_ttl_s if left_ms > 1000 * UNCLAIMED_RESULT_TTL_S else UNCLAIMED_RESULT_TTL_S
        return Ended(answer, max(life_s - left_ms / 1000, 0.0))


def _acceptance(outcome: Any) -> Acceptance | None:
    if outcome == 0:
        return None
    job_id, *answered = outcome
    if not answered:
        return Acceptance(job_id.decode())
    answer, life_ms = answered
    return Acceptance(job_id.decode(), answer, life_ms / 1000)
