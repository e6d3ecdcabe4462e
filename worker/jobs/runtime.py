"""One worker process: an event loop on a thread of its own, which runs the jobs.

Jobs spend their time waiting for other people's servers.  On one loop a hundred of them wait at once, share
connections and downloads, and need no lock.  They come from the exchange, or from Celery's threads, each of which then
only stands for its job.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.concurrency import end
from core.errors import AnswerTooLarge, HandedBack, JobCrashed, JobKilledProcess, StoreUnavailable
from core.observing import metrics
from core.observing.counts import Counts
from core.observing.logs import LOG_FIELDS, REQUEST_ID
from core.observing.outages import redis_outage
from core.observing.tracing import span_below
from core.queue.celery_message import MessageWriter
from core.queue.jobs import QUEUE
from core.settings import Settings
from core.wire.response import INTERNAL_ERROR_BODY, TIMEOUT_BODY, failed_body
from worker.caches.keys import GLOBAL_SCOPE
from worker.descriptors import with_descriptors
from worker.jobs.isolation import Isolation
from worker.jobs.job_feed import LARGEST_SHARED_BYTES, LONGEST_WAIT_S, Exchange, store_alone
from worker.jobs.job_records import Answer, Job, JobStore, OpenSymbolication
from worker.jobs.liveness import node_name, worker_id
from worker.jobs.queues import queue_limits
from worker.jobs.redis_connections import open_waiting_redis
from worker.jobs.waiting_jobs import JobPlace, WaitingJobs
from worker.jobs.watchdog import Watchdog
from worker.worker_metrics import Limit

_log = logging.getLogger(__name__)

_STORE_RETRY_S = 0.5
_NAME_THREADS = 4  # times the slots of a source: more than one scope can keep waiting for its name servers
_SETTLE_S = 5.0  # for the last answers to go through, when Redis is slow

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class RunningJob:
    """A job that runs in this process since ``started_s`` (Unix time); ``queue`` is the list it came from."""

    id: str
    started_s: float
    task: asyncio.Task[None]
    queue: str = QUEUE


class Observer(Protocol):
    """Whoever wants to know of the jobs that run; called on the jobs' loop, so it must not block."""

    def has_revoked(self, job_id: str) -> bool:
        """Tell if a job is not to be begun."""

    def started(self, job: RunningJob) -> None:
        """Note that a job runs."""

    def ended(self, job: RunningJob, runtime_s: float) -> None:
        """Note that a job ended."""


class Runtime:
    """Runs jobs on the event loop of this process."""

    def __init__(self, settings: Settings, open_symbolication: OpenSymbolication) -> None:
        self._settings = settings
        self._open_symbolication = open_symbolication
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(_NAME_THREADS * settings.source_slots, "names"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._lifetime = contextlib.AsyncExitStack()
        self._running: dict[str, RunningJob] = {}
        self._exchanging: asyncio.Task[None] | None = None
        self.worker_id = worker_id(node_name(settings.worker_name))
        self.observer: Observer | None = None
        self._counts = Counts()
        self._waiting_jobs = WaitingJobs(settings.worker_max_waiting, self._counts)
        self._stops = False

    @property
    def running(self) -> Sequence[RunningJob]:
        """The jobs that run just now.  May be asked for from any thread."""
        return list(self._running.values())

    def start(self) -> None:
        """Start the loop and open what jobs need."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def take_jobs(self) -> None:
        """Take jobs from the queues, without Celery's help."""
        self._loop.call_soon_threadsafe(self._start_exchange)

    def pause(self, queue: str, *, pauses: bool) -> None:
        """Take no jobs from a queue while it ``pauses``, without Celery's help; those that run go on."""
        self._loop.call_soon_threadsafe(lambda: self._exchanges[queue].pause(pauses=pauses))

    def run(self, job_id: str) -> None:
        """Run a job to its end.  Called from any thread but the loop's.

        Harmless to repeat.  Raises HandedBack if the process stops meanwhile.
        """
        try:
            asyncio.run_coroutine_threadsafe(self._run_one(job_id), self._loop).result()
        except concurrent.futures.CancelledError:
            raise HandedBack(job_id) from None

    def end_revoked(self, job_id: str) -> None:
        """End a job that somebody has revoked and nobody has begun."""
        asyncio.run_coroutine_threadsafe(store_alone(self._store, job_id, _revoked(job_id)), self._loop)

    def hand_back_after(self, delay_s: float) -> None:
        """Take no more jobs; give running ones ``delay_s`` to end, then hand them back."""
        self._loop.call_soon_threadsafe(self._take_no_more)
        self._loop.call_soon_threadsafe(self._loop.call_later, delay_s, self._cancel_jobs)

    def stop(self) -> None:
        """Wait for what is handed back, close everything and end the loop."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        messages = MessageWriter(f"unmangle-worker-{self.worker_id}")
        self._watchdog = Watchdog(self._settings, self.worker_id, messages, self._loop, self._counts)
        self._watchdog.start()  # first, as its process takes a while to start
        self._store = JobStore(self._settings, self.worker_id, messages)
        self._lifetime.push_async_callback(self._store.close)
        self._isolation = Isolation(self._settings, self._open_symbolication, self._counts, self._note_process)
        self._symbolicate = await self._lifetime.enter_async_context(
            self._open_symbolication(self._settings, self._counts)
        )
        limits = queue_limits(self._settings)
        waiting = open_waiting_redis(self._settings, len(limits), LONGEST_WAIT_S)
        self._lifetime.push_async_callback(waiting.aclose)
        self._first_beat = self._loop.create_task(asyncio.to_thread(self._watchdog.wait_until_beating))
        self._exchanges = {
            queue: Exchange(self._store, waiting, queue, limit, self._start_job) for queue, limit in limits.items()
        }

    async def _note_process(self, job: Job, process_id: int) -> None:
        with contextlib.suppress(StoreUnavailable):  # it is for people who look
            await self._store.note_process(job.id, process_id)

    async def _close(self) -> None:
        self._first_beat.cancel()
        if self._exchanging is not None:
            # What still runs is handed back by then; what does not get through is found by others.
            await asyncio.wait([self._exchanging], timeout=self._settings.worker_shutdown_grace_s + _SETTLE_S)
            await end(self._exchanging)
        await asyncio.to_thread(self._watchdog.stop)
        with contextlib.suppress(StoreUnavailable):
            await self._store.leave()
        await self._lifetime.aclose()

    def _start_exchange(self) -> None:
        if self._exchanging is None:  # Celery is ready anew after each broken connection
            self._exchanging = self._loop.create_task(self._take_and_answer())

    async def _take_and_answer(self) -> None:
        await self._first_beat
        await asyncio.gather(*(exchange.run() for exchange in self._exchanges.values()))

    def _take_no_more(self) -> None:
        self._stops = True
        for exchange in self._exchanges.values():
            exchange.take_no_more()

    def _start_job(self, exchange: Exchange, job: Job) -> None:
        if self.observer is not None and self.observer.has_revoked(job.id):
            exchange.ended(job.id, _revoked(job.id))
            return
        running = RunningJob(
            job.id, time.time(), self._loop.create_task(self._run_taken(exchange, job.id, [job])), job.queue
        )
        self._running[job.id] = running
        if self.observer is not None:
            self.observer.started(running)

    async def _run_taken(self, exchange: Exchange, job_id: str, taken: list[Job]) -> None:
        """Run a job, the only one in ``taken``, which is not held on to here: its body may be large."""
        place = self._place(taken[0], lambda: exchange.waits(job_id))
        try:
            self._note_first_poll(taken[0])
            answer = await self._answer_or_park(taken.pop(), place)
            if answer is None:
                exchange.gave_up(job_id)
            elif len(answer.body) <= LARGEST_SHARED_BYTES:
                exchange.ended(job_id, answer)
            else:
                await exchange.end_alone(job_id, answer)
        except asyncio.CancelledError:
            await self._persistently(lambda: self._store.hand_back(job_id, send_message=True))
            exchange.gave_up(job_id)
        finally:
            place.leave()
            running = self._running.pop(job_id)
            if self.observer is not None:
                self.observer.ended(running, time.time() - running.started_s)

    def _place(self, job: Job, note_waiting: Callable[[], None]) -> JobPlace:
        scope = GLOBAL_SCOPE if job.scope is None else job.scope
        return JobPlace(self._waiting_jobs, scope, len(job.body), note_waiting)

    async def _answer_or_park(self, job: Job, place: JobPlace) -> Answer | None:
        """Answer a job, if need be after it was parked; None if it ended meanwhile."""
        job_id = job.id
        try:
            return await self._answer(job)
        except asyncio.CancelledError:
            if not place.is_parked or self._stops:
                raise
        del job
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        await place.turn()
        again = await self._persistently(lambda: self._store.begin(job_id))
        return None if again is None else await self._answer(again)

    async def _run_one(self, job_id: str) -> None:
        """Run a job whose message Celery keeps until this is done."""
        await asyncio.shield(self._first_beat)
        job = None if job_id in self._running else await self._persistently(lambda: self._store.begin(job_id))
        if job is None:
            _log.info("job %s has ended already, or runs elsewhere", job_id)
            return
        self._note_first_poll(job)
        with self._counted(job_id):
            try:
                answer = await self._answer(job)
            except asyncio.CancelledError:
                await self._persistently(lambda: self._store.hand_back(job_id, send_message=False))
                raise
            await store_alone(self._store, job_id, answer)

    def _note_first_poll(self, job: Job) -> None:
        self._counts.observe(metrics.FIRST_POLL, max(self._settings.request_timeout_s - job.left_s, 0))

    async def _answer(self, job: Job) -> Answer:
        started = time.perf_counter()
        REQUEST_ID.set(job.id)
        LOG_FIELDS.set(job.log_fields)
        with span_below(job.traceparent, "job", request_id=job.id):
            status, answer = await self._outcome(job)
        duration_s = time.perf_counter() - started
        self._counts.observe(metrics.JOB_DURATION, duration_s)
        self._counts.inc(metrics.PROCESSED.field(metrics.TASK))
        self._counts.inc(metrics.OUTCOMES.field(status))
        _log.debug("%s after %.3f s", status, duration_s)
        return answer

    async def _outcome(self, job: Job) -> tuple[str, Answer]:
        """Return the status of the answer, and the answer."""
        if not job.body:
            _log.error("job %s ends as internal_error: Redis evicted it (set maxmemory-policy noeviction)", job.id)
            return "internal_error", Answer(INTERNAL_ERROR_BODY)
        try:
            async with asyncio.timeout(job.left_s):
                if self._isolation.is_for(job):
                    return "completed", await self._isolation.run(job)
                return "completed", await with_descriptors(lambda: self._symbolicate(job))
        except TimeoutError:
            _log.warning("job %s took longer than %s s", job.id, self._settings.request_timeout_s)
            return "timeout", Answer(TIMEOUT_BODY)
        except AnswerTooLarge as error:
            _log.warning("job %s ends as failed: %s", job.id, error)
            self._counts.inc(metrics.LIMITS_HIT.field(Limit.ANSWER.value))
            return "failed", Answer(failed_body(f"{error} (UNMANGLE_MAX_ANSWER_SIZE)"))
        except (JobCrashed, JobKilledProcess) as error:
            _log.error("job %s ends as internal_error: %s", job.id, error)
            return "internal_error", Answer(INTERNAL_ERROR_BODY)
        except Exception:  # whatever crashed this job must not take others down, and its caller must hear of it
            _log.exception("job %s crashed", job.id)
            return "internal_error", Answer(INTERNAL_ERROR_BODY)

    async def _persistently(self, call: Callable[[], Awaitable[_T]]) -> _T:
        while True:
            try:
                return await call()
            except StoreUnavailable as error:
                redis_outage.note(error.why)
                await asyncio.sleep(_STORE_RETRY_S)

    @contextlib.contextmanager
    def _counted(self, job_id: str) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._running[job_id] = RunningJob(job_id, time.time(), task)
        try:
            yield
        finally:
            self._running.pop(job_id, None)  # a message that came twice at once runs twice, and says the same

    def _cancel_jobs(self) -> None:
        for job in self.running:
            job.task.cancel()


def _revoked(job_id: str) -> Answer:
    _log.warning("job %s ends as internal_error: it was revoked", job_id)
    return Answer(INTERNAL_ERROR_BODY)
