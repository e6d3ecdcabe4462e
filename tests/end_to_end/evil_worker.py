"""``python -m tests.end_to_end.evil_worker``: a worker whose jobs do no good, but what ``release`` says."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from core.observing.counts import Counts
from core.queue.jobs import HEARTBEAT_LIFE_MS
from core.settings import Settings
from core.wire.request import decode_request, parse_document
from worker.job_types import Answer, Job, Symbolicate
from worker.jobs.celery_app import create_app
from worker.requests.resources import Resources
from worker.threads import ThreadGivenUp
from worker.worker_process import run_worker


@contextlib.asynccontextmanager
async def open_evil(settings: Settings, counts: Counts) -> AsyncIterator[Symbolicate]:
    async with Resources(settings, counts=counts) as resources:

        async def burn_in_python() -> None:
            while True:
                pass

        async def hold_the_interpreter() -> None:
            re.match(r"(a+)+$", "a" * 64 + "b")  # takes until the end of time, in C

        async def hold_the_interpreter_for_a_while() -> None:
            ctypes.PyDLL(None).sleep(HEARTBEAT_LIFE_MS // 1000 + 3)  # unlike CDLL, it keeps the interpreter's lock

        async def hang_in_a_thread() -> None:
            await resources.threads.run(threading.Event().wait)

        async def burn_in_a_thread() -> None:
            with contextlib.suppress(ThreadGivenUp):
                await resources.threads.run_within(0.5, _burn)

        async def kill_the_process() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        evil: Mapping[str | None, Callable[[], Awaitable[None]]] = {
            f.__name__: f
            for f in (
                burn_in_python,
                hold_the_interpreter,
                hold_the_interpreter_for_a_while,
                hang_in_a_thread,
                burn_in_a_thread,
                kill_the_process,
            )
        }

        async def answer(job: Job) -> Answer:
            release = decode_request(parse_document(job.body)).release
            if release in evil:
                await evil[release]()
            return Answer(b'{"status":"completed","stacktraces":[],"raw_stacktraces":[]}')

        yield answer


def _burn() -> None:
    while True:
        pass


if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    run_worker(settings, create_app(settings, open_evil))
