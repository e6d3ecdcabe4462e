"""Jobs that were held by a worker process that died: one of them may have killed it.

They start one after another, each with a head start in which no other suspect starts.  A process that dies then says
which job it died of, and those that were merely there the first time are not blamed for the second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from worker.job_store import Answer, Job

HEAD_START_S = 1.0


class Suspects:
    """The suspects of one process.  ``note_start`` is awaited before one runs: whoever inherits it has to know."""

    def __init__(self, note_start: Callable[[Job], Awaitable[None]]) -> None:
        self._note_start = note_start
        self._head_start = asyncio.Lock()

    async def run(self, job: Job, work: Callable[[Job], Awaitable[Answer]]) -> Answer:
        """Do ``work`` on a suspect, when it is its turn, and return what comes of it."""
        async with self._head_start:
            await self._note_start(job)
            task = asyncio.ensure_future(work(job))
            try:
                await asyncio.wait([task], timeout=HEAD_START_S)
            except asyncio.CancelledError:
                task.cancel()
                raise
        try:
            return await task
        finally:
            task.cancel()
