"""Runner of jobs: each from its feed to its answer, whatever goes wrong in it.

Jobs spend their time waiting for other people's servers.  On one event loop a hundred of them wait at once, share
connections and downloads, and need no lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from core.errors import AnswerTooLarge, JobCrashed, JobKilledProcess
from core.observing import metrics
from core.observing.counts import Counts
from core.observing.logs import LOG_FIELDS, REQUEST_ID
from core.observing.tracing import span_below
from core.queue.jobs import QUEUE
from core.wire.response import INTERNAL_ERROR_BODY, TIMEOUT_BODY, failed_body
from worker.caches.keys import GLOBAL_SCOPE
from worker.caches.worker_metrics import Limit
from worker.descriptors import with_descriptors
from worker.job_types import Answer, Job, Symbolicate
from worker.jobs.held_jobs import HeldJobs, persistently, store_persistently
from worker.jobs.isolation import Isolation
from worker.jobs.job_feed import JobFeed
from worker.waiting_jobs import JobPlace, WaitingJobs

_log = logging.getLogger(__name__)

_LARGEST_SHARED_BYTES = 1 << 20  # a larger answer has a call of its own


@dataclass(frozen=True, slots=True, eq=False)
class RunningJob:
    """A job that runs in this process since ``started_s`` (Unix time); ``queue`` is the list it came from."""

    id: str
    started_s: float
    task: asyncio.Task[None]
    queue: str = QUEUE


class Observer(Protocol):
    """Observer of the jobs that run; called on the jobs' loop, so it must not block."""

    def has_revoked(self, job_id: str) -> bool:
        """Tell if a job is not to be begun."""

    def started(self, job: RunningJob) -> None:
        """Note that a job runs."""

    def ended(self, job: RunningJob, runtime_s: float) -> None:
        """Note that a job ended."""


class JobRunner:
    """Runs jobs by ``symbolicate``, or by ``isolation``.  Belongs to one event loop.

    ``timeout_s`` is the time that a job has from its submission on, for metrics and the log.
    """

    def __init__(
        self,
        held_jobs: HeldJobs,
        symbolicate: Symbolicate,
        isolation: Isolation,
        waiting_jobs: WaitingJobs,
        counts: Counts,
        timeout_s: float,
    ) -> None:
        self.observer: Observer | None = None
        self._held_jobs = held_jobs
        self._symbolicate = symbolicate
        self._isolation = isolation
        self._waiting_jobs = waiting_jobs
        self._counts = counts
        self._timeout_s = timeout_s
        self._running: dict[str, RunningJob] = {}
        self._parks = True
        self._hands_back = False

    @property
    def running(self) -> Sequence[RunningJob]:
        """The jobs that run just now.  May be asked for from any thread."""
        return list(self._running.values())

    async def run_from(self, feed: JobFeed) -> NoReturn:
        """Start each job that ``feed`` has; it gets the answer."""
        while True:
            self._start(feed, await feed.jobs.get())  # without a name for it, as its body may be large

    async def run_message(self, job_id: str) -> None:
        """Run a job whose message Celery keeps until this is done."""
        job = None if job_id in self._running else await persistently(lambda: self._held_jobs.begin(job_id))
        if job is None:
            _log.info("job %s has ended already, or runs elsewhere", job_id)
            return
        self._note_first_poll(job)
        with self._noted_as_running(job_id):
            try:
                answer = await self._answer(job)
            except asyncio.CancelledError:
                await persistently(lambda: self._held_jobs.hand_back(job_id, send_message=False))
                raise
            await store_persistently(self._held_jobs, job_id, answer)

    async def end_revoked(self, job_id: str) -> None:
        """End a job that somebody has revoked and nobody has begun."""
        await store_persistently(self._held_jobs, job_id, _revoked(job_id))

    def park_no_more(self) -> None:
        """Hand a job back, from now on, instead of letting it wait for its turn: the process stops."""
        self._parks = False

    def hand_back_all(self) -> None:
        """Hand back the jobs that run, and those that are still to come."""
        self._hands_back = True
        for job in self.running:
            job.task.cancel()

    def _start(self, feed: JobFeed, job: Job) -> None:
        if self.observer is not None and self.observer.has_revoked(job.id):
            feed.hand_in(job.id, _revoked(job.id))
            return
        work = self._hand_back(feed, job.id) if self._hands_back else self._run(feed, job.id, [job])
        running = RunningJob(job.id, time.time(), asyncio.get_running_loop().create_task(work), job.queue)
        self._running[job.id] = running
        if self.observer is not None:
            self.observer.started(running)
        running.task.add_done_callback(lambda _: self._note_end(running))

    def _note_end(self, running: RunningJob) -> None:
        self._running.pop(running.id, None)
        if self.observer is not None:
            self.observer.ended(running, time.time() - running.started_s)

    async def _run(self, feed: JobFeed, job_id: str, taken: list[Job]) -> None:
        """Run a job, the only one in ``taken``, which is not held on to here: its body may be large."""
        place = self._place(taken[0], lambda: feed.note_waiting(job_id))
        try:
            self._note_first_poll(taken[0])
            answer = await self._answer_or_park(taken.pop(), place)
            if answer is None:
                feed.give_up(job_id)
            elif len(answer.body) <= _LARGEST_SHARED_BYTES:
                feed.hand_in(job_id, answer)
            else:
                await feed.hand_in_alone(job_id, answer)
        except asyncio.CancelledError:
            await self._hand_back(feed, job_id)
        finally:
            place.leave()

    async def _hand_back(self, feed: JobFeed, job_id: str) -> None:
        await persistently(lambda: self._held_jobs.hand_back(job_id, send_message=True))
        feed.give_up(job_id)

    def _place(self, job: Job, note_waiting: Callable[[], None]) -> JobPlace:
        scope = GLOBAL_SCOPE if job.scope is None else job.scope
        return JobPlace(self._waiting_jobs, scope, len(job.body), note_waiting)

    async def _answer_or_park(self, job: Job, place: JobPlace) -> Answer | None:
        """Answer a job, if need be after it was parked; None if it ended meanwhile."""
        job_id = job.id
        try:
            return await self._answer(job)
        except asyncio.CancelledError:
            if not (place.is_parked and self._parks):
                raise
        del job
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        await place.turn()
        again = await persistently(lambda: self._held_jobs.begin(job_id))
        return None if again is None else await self._answer(again)

    @contextlib.contextmanager
    def _noted_as_running(self, job_id: str) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._running[job_id] = RunningJob(job_id, time.time(), task)
        try:
            yield
        finally:
            self._running.pop(job_id, None)  # a message that came twice at once runs twice, and says the same

    def _note_first_poll(self, job: Job) -> None:
        self._counts.observe(metrics.FIRST_POLL, max(self._timeout_s - job.left_s, 0))

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
                return "completed", await self._computed(job)
        except TimeoutError:
            _log.warning("job %s took longer than %s s", job.id, self._timeout_s)
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

    def _computed(self, job: Job) -> Awaitable[Answer]:
        if self._isolation.is_for(job):
            return self._isolation.run(job)
        return with_descriptors(lambda: self._symbolicate(job))


def _revoked(job_id: str) -> Answer:
    _log.warning("job %s ends as internal_error: it was revoked", job_id)
    return Answer(INTERNAL_ERROR_BODY)
