"""A thread that says that this process lives, and looks after what others left behind.

It is a thread because a loop that is busy for seconds is not dead.  One that is stuck is, and then so is this process:
its jobs go to other workers, and whoever started it starts it again.  If not even this thread gets to run, because
something holds the interpreter, the process ends by a timer that needs none.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import socket
import sys
import threading
from collections.abc import Sequence

from redis.exceptions import RedisError

from core.counts import Counts
from core.errors import StoreUnavailable
from core.jobs import HEARTBEAT_LIFE_MS
from core.message import MessageWriter
from core.settings import Settings
from core.wire.response import INTERNAL_ERROR_BODY
from worker import scripts
from worker.caches.disk import kept_bytes
from worker.redis_clients import open_blocking_redis

_log = logging.getLogger(__name__)

BEAT_EVERY_S = 1.0
_LOOK_FOR_LOST_MESSAGES_EVERY_MS = 1000
_MOST_JOBS_LOOKED_AT = 5000
_LONGEST_BEAT_S = 3  # with Redis away: until the next one, this must not look like a stuck process
_STUCK_EXIT_CODE = 70

_LOGGED = {
    "dead": (logging.WARNING, "worker %(worker)s died"),
    "inherited": (logging.WARNING, "job %(job)s is queued again: worker %(worker)s, which held it, died"),
    "ended": (logging.ERROR, "job %(job)s ends as internal_error: two workers died of it, the last one was %(worker)s"),
    "resent": (logging.WARNING, "job %(job)s is queued again: its message was lost"),
}


class Heartbeat:
    """Beats while the block runs; ``first_beat`` comes before a process may take jobs."""

    def __init__(
        self,
        settings: Settings,
        worker_id: str,
        messages: MessageWriter,
        queues: Sequence[str],
        loop: asyncio.AbstractEventLoop,
        counts: Counts,
    ) -> None:
        self._redis = open_blocking_redis(settings, BEAT_EVERY_S)
        self._beat = self._redis.register_script(scripts.BEAT)
        self._share = self._redis.register_script(scripts.SHARE)
        self._settings = settings
        self._counts = counts
        self._queues = queues
        self._arguments: list[bytes | str | int] = [
            worker_id,
            HEARTBEAT_LIFE_MS,
            _LOOK_FOR_LOST_MESSAGES_EVERY_MS,
            _MOST_JOBS_LOOKED_AT,
            settings.result_ttl_s,
            INTERNAL_ERROR_BODY,
            messages.template,
        ]
        self._pulse = Pulse(loop)
        self._stuck_after_s = settings.worker_stuck_after_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat from now on.  Raises StoreUnavailable if the first beat doesn't get through."""
        self._wind_up()
        try:
            self.beat_once()
        except RedisError as error:
            raise StoreUnavailable(str(error)) from error
        if not self._thread.is_alive():
            self._thread.start()

    def beat_once(self) -> None:
        """Say that this process lives, and do what is to be done for others."""
        for what, job, worker in self._beat(keys=self._queues, args=self._arguments):
            level, text = _LOGGED[what.decode()]
            _log.log(level, text, {"job": job.decode(), "worker": worker.decode()})

    def share_counts(self) -> None:
        """Add what this process has counted to the counts of the deployment, and say what the cache takes."""
        news = self._counts.news()
        arguments = [
            socket.gethostname(),
            kept_bytes(self._settings),
            *(part for item in news.items() for part in item),
        ]
        self._share(args=arguments)
        self._counts.note_shared(news)

    def stop(self) -> None:
        """Beat no more."""
        faulthandler.cancel_dump_traceback_later()
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
            with contextlib.suppress(RedisError):
                self.share_counts()
        self._redis.close()

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_EVERY_S):
            self._wind_up()
            if self._pulse.silent_beats() * BEAT_EVERY_S > self._stuck_after_s:
                _die_of_stuck_loop(self._stuck_after_s)
            try:
                self.beat_once()
                self.share_counts()
            except RedisError as error:
                _log.debug("no heartbeat: %s", error)

    def _wind_up(self) -> None:
        """Let the process end if this isn't called again for a while."""
        faulthandler.dump_traceback_later(self._stuck_after_s + _LONGEST_BEAT_S, exit=True)


class Pulse:
    """Tells how often in a row the loop did not answer.

    Beats are counted, not seconds: a whole process that is suspended for a while is not stuck.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._silent_beats = 0

    def silent_beats(self) -> int:
        """Count another beat; return how many there were since the loop last moved."""
        self._silent_beats += 1
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer)
        return self._silent_beats

    def _answer(self) -> None:
        self._silent_beats = 0


def _die_of_stuck_loop(after_s: int) -> None:
    _log.critical("the jobs' loop did not move for %d s: this worker ends.  Where it is stuck:", after_s)
    faulthandler.dump_traceback(sys.stderr)
    os._exit(_STUCK_EXIT_CODE)
