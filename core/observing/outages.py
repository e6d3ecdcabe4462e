"""Outages in the log, of what many callers need: one line at once, then growing pauses, and one at the end.

Whoever fails notes it, and whoever succeeds says so; both may come a thousand times a second, from any thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger("unmangle")

_FIRST_PAUSE_S = 10.0
_LONGEST_PAUSE_S = 300.0


class Outage:
    """The outages of ``subject``, one after the other.  ``clock`` counts seconds.

    Pauses grow over several outages, too, if they follow each other closely: what comes and goes fills no log.
    """

    def __init__(self, subject: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._subject = subject
        self._clock = clock
        self._lock = threading.Lock()
        self._began_at: float | None = None
        self._is_known = False
        self._pause_s = _FIRST_PAUSE_S
        self._next_line_at = float("-inf")

    def note(self, why: object) -> None:
        """Note that somebody failed, and log it if it is time to."""
        with self._lock:
            now = self._clock()
            if self._began_at is None:
                self._began_at = now
                if now > self._next_line_at + _LONGEST_PAUSE_S:
                    self._pause_s = _FIRST_PAUSE_S
            if now < self._next_line_at:
                return
            since_s = now - self._began_at
            duration = f" for {since_s:.0f} s now" if self._is_known else ""
            _log.warning("%s can't be used%s: %s", self._subject, duration, why)
            self._is_known = True
            self._next_line_at = now + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def over(self) -> None:
        """Note that somebody succeeded, and log it if an outage was logged."""
        if self._began_at is None:
            return
        with self._lock:
            if self._began_at is None:
                return
            duration_s, self._began_at = self._clock() - self._began_at, None
            if self._is_known:
                _log.warning("%s can be used again, after %.1f s", self._subject, duration_s)
            self._is_known = False


redis_outage = Outage("Redis")
"""The outages of Redis, as this process sees them."""
