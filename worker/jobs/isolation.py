"""Jobs that run in a process of their own: what they do to it does nothing to the worker and its other jobs.

These are the jobs that two workers died with, as only the death of a process that has nothing else to do proves that
the job is the cause, and those with bodies that would keep the worker's interpreter for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import BinaryIO

import msgspec

from core.errors import AnswerTooLarge, JobCrashed, JobKilledProcess
from core.observing import metrics
from core.observing.counts import Counts
from core.settings import Settings
from worker.child_processes import end_process
from worker.job_types import Answer, Job, OpenSymbolication
from worker.jobs.isolated_job import READY, IsolatedOutcome, IsolatedTask

_log = logging.getLogger(__name__)

LONG_BYTES = 2 << 20
"""A body from here on takes longer to read than the process takes to start."""
MOST_DEATHS = 2
"""So many workers may die with a job before it gets a process of its own."""

_SUSPECTS_AT_ONCE = 4
_LARGE_AT_ONCE = 1  # each may take much memory
_START_AGAIN_S = 1.0
_OUTLIVES_S = 0.5  # a worker that is killed with its processes, all at once, must not blame the job

NoteProcess = Callable[[Job, int], Awaitable[None]]
"""Notes which process runs a job."""


class Isolation:
    """The isolated jobs of one worker process, which has ``symbolication`` done; belongs to one event loop."""

    def __init__(
        self, settings: Settings, symbolication: OpenSymbolication, counts: Counts, note_process: NoteProcess
    ) -> None:
        # Such a process takes no jobs from queues, and no uploads to look after.
        self._environment = replace(settings, cache_cleanup_enabled=False, worker_queues="ordinary").environ()
        self._symbolication = _importable_name(symbolication)
        self._counts = counts
        self._note_process = note_process
        self._suspects = asyncio.Semaphore(_SUSPECTS_AT_ONCE)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    def is_for(self, job: Job) -> bool:
        """Return whether a job has to run in a process of its own."""
        return job.deaths >= MOST_DEATHS or len(job.body) >= LONG_BYTES

    async def run(self, job: Job) -> Answer:
        """Return the answer to a job.

        Raises JobKilledProcess if its process dies, which it does of nothing but the job, and JobCrashed if it reports
        an exception.
        """
        reason = "suspect" if job.deaths >= MOST_DEATHS else "large body"
        outcome = "abandoned"
        try:
            async with self._large if len(job.body) >= LONG_BYTES else self._suspects:
                answer = await self._persistently_run(job)
            outcome = "completed"
        except AnswerTooLarge:
            outcome = "completed"
            raise
        except JobKilledProcess:
            outcome = "died"
            raise
        except JobCrashed:
            outcome = "crashed"
            raise
        finally:
            self._counts.inc(metrics.ISOLATED.field(reason, outcome))
        return answer

    async def _persistently_run(self, job: Job) -> Answer:
        while True:
            with contextlib.ExitStack() as files:
                try:
                    answer = await self._run(job, files)
                except OSError as error:
                    _log.error("no process can be started for job %s, trying again: %s", job.id, error)
                else:
                    if answer is not None:
                        return answer
            await asyncio.sleep(_START_AGAIN_S)

    async def _run(self, job: Job, files: contextlib.ExitStack) -> Answer | None:
        """Return the answer, None if the process ended before it began: that is no fault of the job."""
        task = IsolatedTask(
            job.id, job.left_s, job.scope, job.traceparent, job.log_fields, self._symbolication, job.queue
        )
        task_file = files.enter_context(_unnamed_file())
        await asyncio.to_thread(_write, task_file, [msgspec.json.encode(task), b"\n", job.body])
        answer_file = files.enter_context(_unnamed_file())
        async with self._process(task_file.fileno(), answer_file.fileno()) as process:
            assert process.stdout is not None
            if await process.stdout.readline() != READY:
                _log.error("the process for job %s ended with code %d before it began", job.id, await process.wait())
                return None
            await self._note_process(job, process.pid)
            _log.info("job %s runs in the process %d of its own", job.id, process.pid)
            verdict = await process.stdout.read()
            code = await process.wait()
        if not verdict:
            await asyncio.sleep(_OUTLIVES_S)
            raise JobKilledProcess(job.id, _manner_of_death(code))
        outcome = msgspec.json.decode(verdict, type=IsolatedOutcome)
        self._counts.add(outcome.counts)
        if outcome.excess is not None:
            raise AnswerTooLarge(*outcome.excess)
        if outcome.reusable is None:
            raise JobCrashed(job.id)
        return Answer(await asyncio.to_thread(_content, answer_file), outcome.reusable, reuse_s=outcome.reuse_s)

    @contextlib.asynccontextmanager
    async def _process(self, *files: int) -> AsyncIterator[Process]:
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "worker.jobs.isolated_job",
                *map(str, files),
                stdin=PIPE,  # closes with us, whatever we die of
                stdout=PIPE,
                pass_fds=files,
                env={**os.environ, **self._environment},
                process_group=0,  # what interrupts the worker is for the worker to handle
            )
        )
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await end_process(await starting)
            raise
        try:
            yield process
        finally:
            await end_process(process)


def _importable_name(symbolication: OpenSymbolication) -> str:
    """Return ``module:function``; a module that was run with ``-m`` has another name for others."""
    module = symbolication.__module__
    spec = getattr(sys.modules[module], "__spec__", None)
    return f"{module if spec is None else spec.name}:{symbolication.__qualname__}"


def _unnamed_file() -> BinaryIO:
    """Return a file that nobody else can open: in memory where the system can, as there may be credentials in it."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("unmangle"), "w+b")
    return tempfile.TemporaryFile()


def _write(file: BinaryIO, parts: list[bytes]) -> None:
    file.writelines(parts)
    file.seek(0)


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _manner_of_death(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
