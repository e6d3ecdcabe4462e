"""The native way from the queues to the jobs of this process, and back with their answers.

One round trip per turn of the loop stores the answers that are ready and takes jobs for the room there is.  When the
queues are empty, a connection per queue waits at the server until there is something in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import StoreUnavailable
from worker.job_store import Answer, Answered, Job, JobStore

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 8  # more would keep other workers from sharing a burst, and answers from leaving
_LOOP_TURNS = 3
_RETRY_S = 0.2
LONGEST_WAIT_S = 5


class Lane:
    """A queue that this process serves, and how many of its jobs it holds: at most ``limit``."""

    def __init__(self, queue: str, limit: int) -> None:
        self.queue = queue
        self.held = 0
        self._limit = limit
        self._is_empty = asyncio.Event()

    @property
    def wanted(self) -> int:
        """How many jobs to ask for."""
        return 0 if self._is_empty.is_set() else min(self._limit - self.held, _MOST_AT_ONCE)

    def note_empty(self) -> None:
        """There was nothing in the queue."""
        self._is_empty.set()

    def note_filled(self) -> None:
        """There may be something in the queue."""
        self._is_empty.clear()

    async def until_empty(self) -> None:
        """Return when there is nothing in the queue, as far as we know."""
        await self._is_empty.wait()


class Exchange:
    """Takes jobs and hands in answers.  ``start`` is called with each job; ``ended`` or ``gave_up`` must follow."""

    def __init__(
        self, store: JobStore, waiting_redis: Redis, lanes: Iterable[Lane], start: Callable[[Job], None]
    ) -> None:
        self._store = store
        self._waiting_redis = waiting_redis
        self._lanes = {lane.queue: lane for lane in lanes}
        self._start = start
        self._held: dict[str, Lane] = {}
        self._answered: list[Answered] = []
        self._news = asyncio.Event()
        self._takes = True

    @property
    def held_ids(self) -> Collection[str]:
        """The ids of the jobs that this process holds: they run, or their answers are still here."""
        return self._held.keys()

    def ended(self, job_id: str, answer: Answer) -> None:
        """Hand in an answer; it is stored as soon as Redis lets us."""
        self._answered.append(Answered(job_id, answer))
        self._news.set()

    def gave_up(self, job_id: str) -> None:
        """Forget a job that somebody else will run."""
        lane = self._held.pop(job_id)
        lane.held -= 1
        self._news.set()

    def take_no_more(self) -> None:
        """Only hand in answers from now on."""
        self._takes = False
        self._news.set()

    async def run(self) -> None:
        """Exchange until no more jobs are to be taken, and the last one is settled."""
        bells = [asyncio.create_task(self._ring_for(lane)) for lane in self._lanes.values()]
        try:
            while self._takes or self._held:
                await self._wait_for_news()
                await self._turn()
                for _ in range(_LOOP_TURNS):
                    await asyncio.sleep(0)  # jobs that need nothing but the CPU end now, and share the next turn
        finally:
            for bell in bells:
                bell.cancel()
            await asyncio.gather(*bells, return_exceptions=True)

    async def _wait_for_news(self) -> None:
        while not self._answered and not any(self._wanted().values()):
            if not self._takes and not self._held:
                return
            self._news.clear()
            await self._news.wait()

    async def _turn(self) -> None:
        answered, self._answered = self._answered, []
        wanted = self._wanted()
        try:
            taken = await self._store.exchange(answered, wanted)
        except StoreUnavailable as error:
            _log.warning("no jobs and no answers go through, trying again: %s", error)
            self._answered = answered + self._answered
            await self._recover()
            return
        for each in answered:
            self.gave_up(each.job_id)
        for message in taken.refused:
            _log.error("refused a message that is none of ours: %.300r", message)
        for queue, jobs in taken.jobs.items():
            if wanted[queue] and not jobs:
                self._lanes[queue].note_empty()
            self._begin(self._lanes[queue], jobs)

    def _wanted(self) -> dict[str, int]:
        return {queue: lane.wanted if self._takes else 0 for queue, lane in self._lanes.items()}

    def _begin(self, lane: Lane, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._held[job.id] = lane
            lane.held += 1
            self._start(job)

    async def _recover(self) -> None:
        """Run what was taken though we did not hear of it; without that, nobody would before this process ends."""
        while True:
            await asyncio.sleep(_RETRY_S)
            try:
                forgotten = await self._store.held(self._held)
            except StoreUnavailable as error:
                _log.debug("still not: %s", error)
                continue
            self._begin(next(iter(self._lanes.values())), forgotten)
            return

    async def _ring_for(self, lane: Lane) -> None:
        """Take notice when there is something in a queue.

        Moving the last element of a list to its end does nothing, but waits until there is one: nothing can get lost on
        the way, as with BRPOP.
        """
        while True:
            await lane.until_empty()
            try:
                await self._waiting_redis.blmove(lane.queue, lane.queue, LONGEST_WAIT_S, "RIGHT", "RIGHT")
            except RedisError as error:
                _log.debug("not waiting for jobs: %s", error)
                await asyncio.sleep(_RETRY_S)
            lane.note_filled()
            self._news.set()
