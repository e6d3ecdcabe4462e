"""Feed of the jobs of one queue: jobs in, answers out.

One round trip per turn of the loop stores the answers that are ready and takes jobs for the room there is.  When the
queue is empty, a connection waits at the server until there is something in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.concurrency import end
from core.errors import StoreUnavailable
from core.observing.outages import redis_outage
from worker.job_types import Answer, Job
from worker.jobs.held_jobs import Answered, HeldJobs, store_persistently

_log = logging.getLogger(__name__)

LONGEST_WAIT_S = 5
"""Longest wait of a connection at the server for something in the queue."""

_MOST_AT_ONCE = 8  # more would keep other workers from sharing a burst, and answers from leaving
_LOOP_TURNS = 4
_RETRY_S = 0.2


class JobFeed:
    """Takes jobs from ``queue``, and stores their answers.

    ``jobs`` are those to run; for each of them ``hand_in``, ``hand_in_alone`` or ``give_up`` must follow.
    It holds at most ``limit`` jobs besides those that wait for files, of which ``worker.waiting_jobs`` takes care.
    """

    def __init__(self, held_jobs: HeldJobs, waiting_redis: Redis, queue: str, limit: int) -> None:
        self.jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._held_jobs = held_jobs
        self._waiting_redis = waiting_redis
        self._queue = queue
        self._limit = limit
        self._held: set[str] = set()
        self._waiting: set[str] = set()
        self._answered: list[Answered] = []
        self._news = asyncio.Event()
        self._queue_is_empty = asyncio.Event()
        self._takes = True
        self._pauses = False

    def hand_in(self, job_id: str, answer: Answer) -> None:
        """Hand in an answer; it is stored as soon as Redis lets us."""
        self._answered.append(Answered(job_id, answer))
        self._news.set()

    async def hand_in_alone(self, job_id: str, answer: Answer) -> None:
        """Store an answer that would keep others waiting if it went with them."""
        await store_persistently(self._held_jobs, job_id, answer)
        self.give_up(job_id)

    def give_up(self, job_id: str) -> None:
        """Forget a job that somebody else will run, or that has its answer."""
        self._held.discard(job_id)
        self._waiting.discard(job_id)
        self._news.set()

    def note_waiting(self, job_id: str) -> None:
        """Note that a job waits for files: it takes no room any more."""
        self._waiting.add(job_id)
        self._news.set()

    def take_no_more(self) -> None:
        """Only store answers from now on."""
        self._takes = False
        self._news.set()

    def pause(self, *, pauses: bool) -> None:
        """Take no jobs while it ``pauses``; those that run go on."""
        self._pauses = pauses
        self._news.set()

    async def run(self) -> None:
        """Take jobs and store answers until no more jobs are to be taken, and the last one is settled."""
        bell = asyncio.create_task(self._ring_when_filled())
        try:
            while self._takes or self._held:
                await self._turn()
                for _ in range(_LOOP_TURNS):
                    await asyncio.sleep(0)  # jobs that need nothing but the CPU end now, and share the next turn
                await self._wait_for_news()
        finally:
            await end(bell)

    async def _wait_for_news(self) -> None:
        while not self._answered and not self._wanted() and (self._takes or self._held):
            self._news.clear()
            await self._news.wait()

    def _wanted(self) -> int:
        if not self._takes or self._pauses or self._queue_is_empty.is_set():
            return 0
        return min(self._limit - len(self._held) + len(self._waiting), _MOST_AT_ONCE)

    async def _turn(self) -> None:
        answered, self._answered = self._answered, []
        wanted = self._wanted()
        try:
            taken = await self._held_jobs.answer_and_take(self._queue, answered, wanted)
        except StoreUnavailable as error:
            redis_outage.note(error.why)
            await self._recover()
            await self._store_apart(answered)
            return
        redis_outage.over()
        self._held.difference_update(each.job_id for each in answered)
        self._waiting.difference_update(each.job_id for each in answered)
        for message in taken.refused:
            _log.error("refused a message that is none of ours: %.300r", message)
        if wanted and not taken.jobs:
            self._queue_is_empty.set()
        self._begin(taken.jobs)

    def _begin(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._held.add(job.id)
            self.jobs.put_nowait(job)

    async def _store_apart(self, answered: Sequence[Answered]) -> None:
        """Store answers one by one, now that Redis answers again: it may have refused one of them."""
        for each in answered:
            await self.hand_in_alone(each.job_id, each.answer)

    async def _recover(self) -> None:
        """Run what was taken though we did not hear of it; without that, nobody would before this process ends."""
        while True:
            await asyncio.sleep(_RETRY_S)
            try:
                forgotten = await self._held_jobs.held(self._queue, self._held)
            except StoreUnavailable as error:
                _log.debug("still not: %s", error)
                continue
            self._begin(forgotten)
            return

    async def _ring_when_filled(self) -> None:
        """Take notice when there is something in the queue again.

        Moving the last element of a list to its end does nothing, but waits until there is one: nothing can get lost on
        the way, as with BRPOP.
        """
        while True:
            await self._queue_is_empty.wait()
            try:
                await self._waiting_redis.blmove(self._queue, self._queue, LONGEST_WAIT_S, "RIGHT", "RIGHT")
            except RedisError as error:
                _log.debug("not waiting for jobs: %s", error)
                await asyncio.sleep(_RETRY_S)
            self._queue_is_empty.clear()
            self._news.set()
