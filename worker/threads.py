"""Threads for what would keep the other jobs of an event loop waiting: computing, and reading files.

They are not the loop's own ones, which look up host names: a slow name server must not stop computing, nor computing
name look-ups.
"""

from __future__ import annotations

import asyncio
import contextvars
import faulthandler
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_FILES_AT_ONCE = 8
_LOOK_EVERY_S = 1.0
_HAS_CPU_CLOCKS = hasattr(time, "pthread_getcpuclockid")  # not on macOS
_LESS_URGENT = 10  # than the loop with its warm requests: on a host without a free core, files are what has to wait


_LEAVE_AFTER = 3
"""A thread that was given up may still come to its end: the process stays for this many times what it might take."""


class ThreadGivenUp(Exception):
    """Something takes more CPU time than anything of its size should; whether it ends is not known."""

    def __init__(self, most_cpu_s: float) -> None:
        super().__init__(most_cpu_s)
        self.most_cpu_s = most_cpu_s

    def __str__(self) -> str:
        return f"it takes more than {self.most_cpu_s:.0f} s of CPU time"


@dataclass(slots=True, eq=False)
class _Work:
    """Work of a thread: ``cpu_clock`` is that of the thread, which showed ``cpu_started_s`` at the beginning."""

    most_cpu_s: float
    given_up: asyncio.Future[None] | None = None
    started_s: float = 0.0
    cpu_clock: int = 0
    cpu_started_s: float = 0.0

    def start(self) -> None:
        self.started_s = time.monotonic()
        if _HAS_CPU_CLOCKS:
            self.cpu_clock = time.pthread_getcpuclockid(threading.get_ident())
            self.cpu_started_s = time.clock_gettime(self.cpu_clock)

    def cpu_s(self) -> float:
        """Return how much CPU time it took so far: that of the thread, as a busy host makes everything last longer."""
        return time.clock_gettime(self.cpu_clock) - self.cpu_started_s if _HAS_CPU_CLOCKS else 0.0


class Threads:
    """So many things are done at once; the others wait for their turn."""

    def __init__(self, count: int, name: str = "computing") -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix=name, initializer=_be_less_urgent)
        self._at_work: set[_Work] = set()

    async def run(self, compute: Callable[[], _T]) -> _T:
        """Return what ``compute`` returns, or raise what it raises."""
        return await self._begin(_Work(math.inf), compute)

    async def run_within(self, most_cpu_s: float, compute: Callable[[], _T]) -> _T:
        """Return what ``compute`` returns, or raise what it raises; ThreadGivenUp if it takes longer than it may.

        It goes on then, as threads can't be stopped: see ``leave_when_stuck``.
        """
        given_up = asyncio.get_running_loop().create_future()
        computed = self._begin(_Work(most_cpu_s, given_up), compute)
        try:
            await asyncio.wait([computed, given_up], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            computed.cancel()
            raise
        if computed.done():
            return computed.result()
        computed.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise ThreadGivenUp(most_cpu_s)

    def give_up(self) -> bool:
        """Give up what takes more CPU time than it may; return whether some of it takes so much that it is stuck."""
        works = [(work, work.cpu_s()) for work in list(self._at_work)]
        for work, cpu_s in works:
            if cpu_s > work.most_cpu_s and work.given_up is not None and not work.given_up.done():
                _log.error("a thread has computed for %.0f s, and is given up", cpu_s)
                work.given_up.set_result(None)
        return any(cpu_s > _LEAVE_AFTER * work.most_cpu_s for work, cpu_s in works)

    def longest_s(self) -> float:
        """Return for how long the oldest of what is being done has been so."""
        started_s = [work.started_s for work in list(self._at_work)]
        return time.monotonic() - min(started_s) if started_s else 0.0

    def close(self) -> None:
        """Drop what hasn't begun; what has goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _begin(self, work: _Work, compute: Callable[[], _T]) -> asyncio.Future[_T]:
        context = contextvars.copy_context()  # whose request it is for, to the log
        return asyncio.get_running_loop().run_in_executor(
            self._executor, self._done, work, lambda: context.run(compute)
        )

    def _done(self, work: _Work, compute: Callable[[], _T]) -> _T:
        work.start()
        self._at_work.add(work)
        try:
            return compute()
        finally:
            self._at_work.discard(work)


def _be_less_urgent() -> None:
    if sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LESS_URGENT)


def file_threads() -> Threads:
    """Return threads for reading and writing files, which never wait for computing."""
    return Threads(_FILES_AT_ONCE, "files")


async def leave_when_stuck(threads: Threads, after_s: float) -> None:
    """Stop this process, politely, once a thread is stuck: for ``after_s``, or in three times the CPU time it may take.

    Threads can't be stopped, and one that never ends is one less for everybody else.  No job waits for it by then, so
    what runs is handed back, and whoever started this process starts it again.
    """
    while not threads.give_up() and threads.longest_s() < after_s:  # noqa: ASYNC110  (only time tells)
        await asyncio.sleep(_LOOK_EVERY_S)
    _log.critical("a thread has been at one thing for %d s: this worker ends.  Where it is stuck:", threads.longest_s())
    faulthandler.dump_traceback(sys.stderr)
    os.kill(os.getpid(), signal.SIGTERM)
    while True:  # others, which may be stuck as well, are given up until then
        await asyncio.sleep(_LOOK_EVERY_S)
        threads.give_up()
