"""Errors of the disk that the store is on: counted each time, and said once.

None of them is an error of a job: what can't be read is a miss, and what can't be written is not kept.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable
from enum import StrEnum

from core.errors import OutOfDescriptors
from core.observing.counts import Counts
from core.observing.metrics import CACHE_ERRORS

_log = logging.getLogger(__name__)

_SAID_AGAIN_AFTER_S = 3600.0

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Errors that say that there is no room."""
_SHORTAGE = frozenset((errno.EMFILE, errno.ENFILE))


class Operation(StrEnum):
    """Operation that failed; the values are those of the metric's label."""

    READ = "read"
    WRITE = "write"
    REMOVE = "remove"
    MEASURE = "measure"


_MEANING = {
    Operation.READ: "cached files can't be read, and are fetched again",
    Operation.WRITE: "files are not kept",
    Operation.REMOVE: "cached files can't be removed",
    Operation.MEASURE: "the size of the cache can't be measured",
}


class DiskFaults:
    """The errors that one process has met.  May be used by any thread."""

    def __init__(self, counts: Counts | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts = counts
        self._clock = clock
        self._said_at: dict[tuple[Operation, int | None], float] = {}

    def note(self, operation: Operation, error: OSError) -> None:
        """Count an error, and log the first of its kind in an hour.

        Raises OutOfDescriptors if it is no fault of the disk, but for want of a descriptor.
        """
        if error.errno in _SHORTAGE and operation in (Operation.READ, Operation.WRITE):
            raise OutOfDescriptors from error
        if self._counts is not None:
            self._counts.inc(CACHE_ERRORS.field(operation))
        kind, now = (operation, error.errno), self._clock()
        if now - self._said_at.get(kind, -_SAID_AGAIN_AFTER_S) >= _SAID_AGAIN_AFTER_S:
            self._said_at[kind] = now
            _log.error("%s: %s", _MEANING[operation], _text(error))


def _text(error: OSError) -> str:
    text = os.strerror(error.errno) if error.errno else str(error)
    return f"{text} ({error.filename})" if error.filename else text
