"""One worker process: an event loop on a thread of its own, which runs the jobs that Celery's threads hand over.

Jobs spend their time waiting for other people's servers.  On one loop a hundred of them wait at once, share
connections and downloads, and need no lock; a thread of Celery's pool only stands for its job.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from core.errors import HandedBack, StoreUnavailable
from core.settings import Settings
from core.wire.response import INTERNAL_ERROR_BODY, TIMEOUT_BODY
from worker.job_store import Job, JobStore

_log = logging.getLogger(__name__)

_STORE_RETRY_S = 0.5

_T = TypeVar("_T")

Symbolicate = Callable[[Job], Awaitable[bytes]]
"""Computes the answer to a job."""

OpenSymbolication = Callable[[Settings], contextlib.AbstractAsyncContextManager[Symbolicate]]
"""Opens what symbolication needs for as long as the process lives: connections, caches, threads."""


class Runtime:
    """Runs jobs on the event loop of this process."""

    def __init__(self, settings: Settings, open_symbolication: OpenSymbolication) -> None:
        self._settings = settings
        self._open_symbolication = open_symbolication
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._lifetime = contextlib.AsyncExitStack()
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the loop and open what jobs need."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def run(self, job_id: str) -> None:
        """Run a job to its end.  Called from any thread but the loop's.

        Harmless to repeat.  Raises HandedBack if the process stops meanwhile.
        """
        try:
            asyncio.run_coroutine_threadsafe(self._run(job_id), self._loop).result()
        except concurrent.futures.CancelledError:
            raise HandedBack(job_id) from None

    def hand_back_after(self, delay_s: float) -> None:
        """Give running jobs ``delay_s`` to end, then hand them back."""
        self._loop.call_soon_threadsafe(self._loop.call_later, delay_s, self._cancel_jobs)

    def stop(self) -> None:
        """Close everything and end the loop."""
        asyncio.run_coroutine_threadsafe(self._lifetime.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._store = JobStore(self._settings)
        self._lifetime.push_async_callback(self._store.close)
        self._symbolicate = await self._lifetime.enter_async_context(self._open_symbolication(self._settings))

    async def _run(self, job_id: str) -> None:
        with self._counted():
            job = await self._persistently(lambda: self._store.begin(job_id))
            if job is None:
                _log.info("job %s has ended already", job_id)
                return
            answer = await self._answer(job)
            await self._persistently(lambda: self._store.finish(job_id, answer))

    async def _answer(self, job: Job) -> bytes:
        try:
            async with asyncio.timeout(job.left_s):
                return await self._symbolicate(job)
        except TimeoutError:
            _log.warning("job %s took longer than %s s", job.id, self._settings.request_timeout_s)
            return TIMEOUT_BODY
        except Exception:  # whatever crashed this job must not take others down, and its caller must hear of it
            _log.exception("job %s crashed", job.id)
            return INTERNAL_ERROR_BODY

    async def _persistently(self, call: Callable[[], Awaitable[_T]]) -> _T:
        while True:
            try:
                return await call()
            except StoreUnavailable as error:
                _log.warning("trying again: %s", error)
                await asyncio.sleep(_STORE_RETRY_S)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    def _cancel_jobs(self) -> None:
        for task in self._running:
            task.cancel()
