"""Threads for what would keep the other jobs of an event loop waiting: computing, and reading files.

They are not the loop's own ones, which look up host names: a slow name server must not stop computing, nor computing
name look-ups.
"""

from __future__ import annotations

import asyncio
import contextvars
import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.settings import Settings

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_FILES_AT_ONCE = 8
_LOOK_EVERY_S = 1.0
_LESS_URGENT = 10  # than the loop with its warm requests: on a host without a free core, files are what has to wait


class Threads:
    """So many things are done at once; the others wait for their turn."""

    def __init__(self, settings: Settings, count: int | None = None, name: str = "computing") -> None:
        """Without a ``count`` as many as ``UNMANGLE_WORKER_CONCURRENCY`` says."""
        self._executor = ThreadPoolExecutor(
            count or settings.worker_concurrency, thread_name_prefix=name, initializer=_be_less_urgent
        )
        self._started_s: dict[int, float] = {}  # by thread

    async def run(self, compute: Callable[[], _T]) -> _T:
        """Return what ``compute`` returns, or raise what it raises."""
        context = contextvars.copy_context()  # whose request it is for, to the log
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, self._timed, lambda: context.run(compute)
        )

    def longest_s(self) -> float:
        """Return for how long the oldest of what is being done has been so."""
        started_s = list(self._started_s.values())
        return time.monotonic() - min(started_s) if started_s else 0.0

    def close(self) -> None:
        """Drop what hasn't begun; what has goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _timed(self, compute: Callable[[], _T]) -> _T:
        thread = threading.get_ident()
        self._started_s[thread] = time.monotonic()
        try:
            return compute()
        finally:
            del self._started_s[thread]


def _be_less_urgent() -> None:
    if sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LESS_URGENT)


def file_threads(settings: Settings) -> Threads:
    """Return threads for reading and writing files, which never wait for computing."""
    return Threads(settings, _FILES_AT_ONCE, "files")


async def leave_when_stuck(threads: Threads, after_s: float) -> None:
    """Stop this process, politely, once a thread has been at one thing for ``after_s``.

    Threads can't be stopped, and one that never ends is one less for everybody else.  No job waits for it by then, so
    what runs is handed back, and whoever started this process starts it again.
    """
    while threads.longest_s() < after_s:  # noqa: ASYNC110  (what happens in a thread, only time tells)
        await asyncio.sleep(_LOOK_EVERY_S)
    _log.critical("a thread has been at one thing for %d s: this worker ends.  Where it is stuck:", after_s)
    faulthandler.dump_traceback(sys.stderr)
    os.kill(os.getpid(), signal.SIGTERM)
