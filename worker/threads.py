"""Threads for what is heavy: a job's computing must not keep the other jobs of its event loop waiting.

They are not the loop's own ones, which look up host names: a slow name server must not stop computing, nor computing
name look-ups.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.settings import Settings

_T = TypeVar("_T")


class Threads:
    """At most ``UNMANGLE_WORKER_CONCURRENCY`` things are computed at once; the others wait for their turn."""

    def __init__(self, settings: Settings) -> None:
        self._executor = ThreadPoolExecutor(settings.worker_concurrency, thread_name_prefix="computing")

    async def run(self, compute: Callable[[], _T]) -> _T:
        """Return what ``compute`` returns, or raise what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, compute)

    def close(self) -> None:
        """Drop what hasn't begun; what has goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)
