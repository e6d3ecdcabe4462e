"""Loop of the jobs of a worker process, on a thread of its own: what is opened on it, and how it ends.

Jobs come from feeds, or from Celery's threads, each of which then only stands for its job.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from core.concurrency import end
from core.errors import HandedBack, StoreUnavailable
from core.observing.counts import Counts
from core.queue.celery_message import MessageWriter
from core.settings import Settings
from worker.job_types import Job, OpenSymbolication
from worker.jobs.held_jobs import HeldJobs
from worker.jobs.isolation import Isolation
from worker.jobs.job_feed import LONGEST_WAIT_S, JobFeed
from worker.jobs.job_runner import JobRunner, Observer, RunningJob
from worker.jobs.liveness import node_name, worker_id
from worker.jobs.queues import queue_limits
from worker.jobs.watchdog import Watchdog
from worker.redis_connections import open_waiting_redis
from worker.waiting_jobs import WaitingJobs

_NAME_THREADS = 4  # times the slots of a source: more than one scope can keep waiting for its name servers
_SETTLE_S = 5.0  # for the last answers to go through, when Redis is slow

_T = TypeVar("_T")


class JobLoop:
    """Event loop of the jobs of a worker process.

    Its methods may be called from any thread but the loop's, once ``start`` was.
    """

    def __init__(self, settings: Settings, open_symbolication: OpenSymbolication) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(_NAME_THREADS * settings.source_slots, "names"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._life = _life(settings, open_symbolication, self._loop)
        self._opened: _Opened | None = None

    @property
    def running(self) -> Sequence[RunningJob]:
        """The jobs that run just now."""
        return self._open.runner.running

    def observe(self, observer: Observer) -> None:
        """Tell ``observer`` of the jobs that feeds bring."""
        self._open.runner.observer = observer

    def start(self) -> None:
        """Start the loop and open what jobs need."""
        self._thread.start()
        self._opened = self._do(self._life.__aenter__())

    def take_jobs(self) -> None:
        """Take jobs from the queues, without Celery's help."""
        self._loop.call_soon_threadsafe(self._open.take_jobs)

    def pause(self, queue: str, *, pauses: bool) -> None:
        """Take no jobs from a queue while it ``pauses``, without Celery's help; those that run go on."""
        self._loop.call_soon_threadsafe(lambda: self._open.feeds[queue].pause(pauses=pauses))

    def run(self, job_id: str) -> None:
        """Run a job to its end.

        Harmless to repeat.  Raises HandedBack if the process stops meanwhile.
        """
        try:
            self._do(self._open.run(job_id))
        except concurrent.futures.CancelledError:
            raise HandedBack(job_id) from None

    def end_revoked(self, job_id: str) -> None:
        """End a job that somebody has revoked and nobody has begun."""
        asyncio.run_coroutine_threadsafe(self._open.runner.end_revoked(job_id), self._loop)

    def hand_back_after(self, delay_s: float) -> None:
        """Take no more jobs; give running ones ``delay_s`` to end, then hand them back."""
        self._loop.call_soon_threadsafe(self._open.take_no_more)
        self._loop.call_soon_threadsafe(self._loop.call_later, delay_s, self._open.runner.hand_back_all)

    def stop(self) -> None:
        """Wait for what is handed back, close everything and end the loop."""
        self._do(self._life.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def _open(self) -> _Opened:
        assert self._opened is not None, "the loop has not been started"
        return self._opened

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@dataclass(slots=True)
class _Opened:
    """Runner and feeds, by the lists of their queues; ``first_beat`` ends when jobs may be taken."""

    runner: JobRunner
    feeds: Mapping[str, JobFeed]
    first_beat: asyncio.Task[None]
    feeding: asyncio.Task[None] | None = None

    def take_jobs(self) -> None:
        if self.feeding is None:  # Celery is ready anew after each broken connection
            self.feeding = asyncio.create_task(self._feed_all())

    async def run(self, job_id: str) -> None:
        await asyncio.shield(self.first_beat)
        await self.runner.run_message(job_id)

    def take_no_more(self) -> None:
        self.runner.park_no_more()
        for feed in self.feeds.values():
            feed.take_no_more()

    async def settle(self, patience_s: float) -> None:
        """Let what still runs be handed back; what does not get through in time is found by others."""
        self.first_beat.cancel()
        if self.feeding is not None:
            await asyncio.wait([self.feeding], timeout=patience_s)
            await end(self.feeding)

    async def _feed_all(self) -> None:
        await self.first_beat
        await asyncio.gather(*map(self._feed, self.feeds.values()))

    async def _feed(self, feed: JobFeed) -> None:
        running = asyncio.create_task(self.runner.run_from(feed))
        try:
            await feed.run()
        finally:
            await end(running)


@contextlib.asynccontextmanager
async def _life(
    settings: Settings, open_symbolication: OpenSymbolication, loop: asyncio.AbstractEventLoop
) -> AsyncIterator[_Opened]:
    """Open what the jobs of a process need: its heartbeat, the records of jobs, symbolication, feeds."""
    own_id = worker_id(node_name(settings.worker_name))
    messages = MessageWriter(f"unmangle-worker-{own_id}")
    counts = Counts()
    watchdog = Watchdog(settings, own_id, messages, loop, counts)
    watchdog.start()  # first, as its process takes a while to start
    async with contextlib.AsyncExitStack() as stack:
        held_jobs = HeldJobs(settings, own_id, messages)
        stack.push_async_callback(held_jobs.close)
        stack.push_async_callback(_leave, held_jobs)
        stack.push_async_callback(asyncio.to_thread, watchdog.stop)
        limits = queue_limits(settings)
        waiting_redis = open_waiting_redis(settings, len(limits), LONGEST_WAIT_S)
        stack.push_async_callback(waiting_redis.aclose)
        opened = _Opened(
            JobRunner(
                held_jobs,
                await stack.enter_async_context(open_symbolication(settings, counts)),
                Isolation(settings, open_symbolication, counts, lambda job, pid: _note_process(held_jobs, job, pid)),
                WaitingJobs(settings.worker_max_waiting, counts),
                counts,
                settings.request_timeout_s,
            ),
            {queue: JobFeed(held_jobs, waiting_redis, queue, limit) for queue, limit in limits.items()},
            asyncio.create_task(asyncio.to_thread(watchdog.wait_until_beating)),
        )
        try:
            yield opened
        finally:
            await opened.settle(settings.worker_shutdown_grace_s + _SETTLE_S)


async def _leave(held_jobs: HeldJobs) -> None:
    with contextlib.suppress(StoreUnavailable):
        await held_jobs.leave()


async def _note_process(held_jobs: HeldJobs, job: Job, process_id: int) -> None:
    with contextlib.suppress(StoreUnavailable):  # it is for people who look
        await held_jobs.note_process(job.id, process_id)
