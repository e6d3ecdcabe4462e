"""File descriptors of a process: how many it may have, what fits into that, and waiting for one.

A job takes one for each connection, each file that is written and each that is mapped.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from core.errors import OutOfDescriptors
from core.settings import Settings

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

SHORTAGE = frozenset((errno.EMFILE, errno.ENFILE))
"""Error numbers that say that there is no descriptor left: for this process, or on this host."""

MAPPED_COUNTS_BYTES = 1 << 18
"""Bytes that a mapped file counts in memory: it hardly takes any, but is open, and there may only be so many."""

_WANTED = 8192
_OWN = 40  # Redis, Celery, the heartbeat, the standard streams, modules that are being loaded
_OF_A_JOB = 16
_MAPPED_SHARE = 4  # of all of them, for files that are mapped because they may be wanted again
_PAUSE_S = 0.5


def allow_many_descriptors() -> int:
    """Have more files open than the usual 1024, if the hard limit lets us; return how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return _WANTED if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def descriptor_limit() -> int:
    """Return how many descriptors this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _WANTED if soft == resource.RLIM_INFINITY else soft


def fitting(settings: Settings, descriptors: int) -> Settings:
    """Return ``settings`` with no more jobs at a time, and no more files in memory, than there are descriptors for."""
    jobs = max((descriptors - _OWN) // _OF_A_JOB, 1)
    memory = descriptors // _MAPPED_SHARE * MAPPED_COUNTS_BYTES
    return replace(
        settings,
        worker_max_jobs=min(settings.worker_max_jobs, jobs),
        worker_max_waiting=min(settings.worker_max_waiting, jobs),
        memory_cache_bytes=min(settings.memory_cache_bytes, memory),
    )


async def with_descriptors(work: Callable[[], Awaitable[_T]]) -> _T:
    """Return what ``work`` returns; it is begun anew, after a pause, as long as there is no descriptor for it."""
    while True:
        try:
            return await work()
        except OutOfDescriptors as error:
            _log.warning("%s: trying again", error)
        except OSError as error:
            if error.errno not in SHORTAGE:
                raise
            _log.warning("%s: trying again", error)
        await asyncio.sleep(_PAUSE_S)
