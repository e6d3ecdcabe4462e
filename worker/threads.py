"""Threads for what would keep the other jobs of an event loop waiting: computing, and reading files.

They are not the loop's own ones, which look up host names: a slow name server must not stop computing, nor computing
name look-ups.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.settings import Settings

_T = TypeVar("_T")

_FILES_AT_ONCE = 8


class Threads:
    """So many things are done at once; the others wait for their turn."""

    def __init__(self, settings: Settings, count: int | None = None, name: str = "computing") -> None:
        """Without a ``count`` as many as ``UNMANGLE_WORKER_CONCURRENCY`` says."""
        self._executor = ThreadPoolExecutor(count or settings.worker_concurrency, thread_name_prefix=name)

    async def run(self, compute: Callable[[], _T]) -> _T:
        """Return what ``compute`` returns, or raise what it raises."""
        context = contextvars.copy_context()  # whose request it is for, to the log
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: context.run(compute))

    def close(self) -> None:
        """Drop what hasn't begun; what has goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def file_threads(settings: Settings) -> Threads:
    """Return threads for reading and writing files, which never wait for computing."""
    return Threads(settings, _FILES_AT_ONCE, "files")
