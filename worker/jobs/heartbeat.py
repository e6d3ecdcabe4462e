"""``python -m worker.jobs.heartbeat WORKER_ID``: heartbeat of a worker, which also requeues the jobs of dead workers.

It is a process of its own because nothing that a worker computes can keep that from beating.  Standard input is a pipe
from the worker: a byte for each second in which the worker's watchdog runs, ``GOODBYE`` when the worker stops.  If the
pipe closes without that, the worker is dead, which is reported at once.  Standard output gets a byte after the first
beat.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sys
import time
from collections.abc import Sequence

from redis.exceptions import RedisError

from core.observing.logs import configure_logging
from core.queue.celery_message import MessageWriter
from core.queue.jobs import HEARTBEAT_LIFE_MS, TASKS
from core.queue.lua_scripts import lua_script
from core.settings import Settings
from worker.child_processes import leave_to_worker
from worker.redis_connections import open_blocking_redis

_log = logging.getLogger("worker.jobs.heartbeat")  # it is __main__ here

BEAT_EVERY_S = 1.0
LONGEST_BEAT_S = 3  # with Redis away: until the next one, this must not look like a stuck process
GOODBYE = b"q"

_LOOK_FOR_LOST_MESSAGES_EVERY_MS = 1000
_MOST_JOBS_LOOKED_AT = 5000
_REPORTS = 10  # of a death, while Redis is away; then others find it

_LOGGED = {
    "dead": (logging.WARNING, "worker %(worker)s died"),
    "inherited": (logging.WARNING, "job %(job)s is queued again: worker %(worker)s, which held it, died"),
    "resent": (logging.WARNING, "job %(job)s is queued again: its message was lost"),
}


class Heartbeat:
    """The heartbeat of one worker process.  Every method raises RedisError."""

    def __init__(self, settings: Settings, worker_id: str, messages: MessageWriter, queues: Sequence[str]) -> None:
        self._redis = open_blocking_redis(settings, BEAT_EVERY_S)
        self._beat = self._redis.register_script(lua_script("beat"))
        self._queues = queues
        self._arguments: list[bytes | str | int] = [
            worker_id,
            HEARTBEAT_LIFE_MS,
            _LOOK_FOR_LOST_MESSAGES_EVERY_MS,
            _MOST_JOBS_LOOKED_AT,
            messages.template,
        ]

    def beat_once(self) -> None:
        """Say that the worker lives, and do what is to be done for others."""
        self._run(is_dead=False)

    def report_death(self) -> None:
        """Say that the worker died: its jobs are queued again."""
        self._run(is_dead=True)

    def close(self) -> None:
        """Close the connection."""
        self._redis.close()

    def _run(self, *, is_dead: bool) -> None:
        for what, job, worker in self._beat(keys=self._queues, args=[*self._arguments, int(is_dead)]):
            level, text = _LOGGED[what.decode()]
            _log.log(level, text, {"job": job.decode(), "worker": worker.decode()})


class _Worker:
    """The worker at the other end of standard input."""

    def __init__(self) -> None:
        self.lives = True
        self.stops = False
        self.silent_beats = 0

    def listen(self, seconds: float) -> None:
        """Take notice of the worker for so long, or until there is no need to beat any more."""
        until = time.monotonic() + seconds
        self.silent_beats += 1
        while self.lives and (left := until - time.monotonic()) > 0:
            if select.select([sys.stdin.fileno()], [], [], left)[0]:
                self._hear(os.read(sys.stdin.fileno(), 4096))

    def _hear(self, said: bytes) -> None:
        self.silent_beats = 0
        self.stops = self.stops or GOODBYE in said
        self.lives = bool(said) and not self.stops


def main() -> None:
    """Beat as long as the worker lives."""
    leave_to_worker()  # the pipe says when it has stopped
    settings = Settings.from_environ(os.environ)
    configure_logging(settings.log_level, settings.log_format)
    worker_id = sys.argv[1]
    heartbeat = Heartbeat(settings, worker_id, MessageWriter(f"unmangle-worker-{worker_id}"), list(TASKS))
    worker = _Worker()
    _beat_while_alive(heartbeat, worker, settings.worker_stuck_after_s + 2 * LONGEST_BEAT_S)
    if not worker.stops:
        _report_death(heartbeat)


def _beat_while_alive(heartbeat: Heartbeat, worker: _Worker, patience_s: float) -> None:
    """Beat, but not for a worker that is suspended: its jobs go to others."""
    is_first = True
    while worker.lives:
        started = time.monotonic()
        if worker.silent_beats * BEAT_EVERY_S <= patience_s:
            try:
                heartbeat.beat_once()
            except RedisError as error:
                _log.debug("no heartbeat: %s", error)  # the worker says it, too
            else:
                if is_first:
                    with contextlib.suppress(BrokenPipeError):  # the worker is dead already
                        os.write(sys.stdout.fileno(), b"1")
                    is_first = False
        worker.listen(max(started + BEAT_EVERY_S - time.monotonic(), 0.01))


def _report_death(heartbeat: Heartbeat) -> None:
    for _ in range(_REPORTS):
        try:
            return heartbeat.report_death()
        except RedisError as error:
            _log.debug("the death is not reported: %s", error)
            time.sleep(BEAT_EVERY_S)
    return None


if __name__ == "__main__":
    main()
