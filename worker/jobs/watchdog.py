"""The watchdog of a worker process: a thread that ends the process if its loop is stuck, and keeps its heartbeat going.

The heartbeat is a process of its own (``worker.jobs.heartbeat``), which this thread starts, and restarts.
If not even this thread gets to run, because something holds the interpreter for good, a timer that needs no interpreter
ends the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from redis.exceptions import RedisError

from core.errors import without_representations
from core.observing.counts import Counts
from core.observing.outages import redis_outage
from core.queue.celery_message import MessageWriter
from core.queue.jobs import TASKS
from core.queue.lua_scripts import lua_script
from core.settings import Settings
from worker.caches.disk import kept_bytes
from worker.jobs.heartbeat import BEAT_EVERY_S, GOODBYE, LONGEST_BEAT_S, Heartbeat
from worker.redis_connections import open_blocking_redis

_log = logging.getLogger(__name__)

_STUCK_EXIT_CODE = 70
_SIGN = b"."
_END_S = 5.0
_LIVELY_S = 5  # of silence, after which the loop may be stuck


class Watchdog:
    """Watches ``loop``, and adds what ``counts`` hold to the counts of the deployment each second."""

    def __init__(
        self,
        settings: Settings,
        worker_id: str,
        messages: MessageWriter,
        loop: asyncio.AbstractEventLoop,
        counts: Counts,
    ) -> None:
        self._settings = settings
        self._counts = CountsSharing(settings, counts)
        self._heartbeat = _HeartbeatProcess(settings, worker_id, messages)
        self._pulse = Pulse(loop)
        self._stuck_after_s = settings.worker_stuck_after_s
        self._file = LifeFile(settings.worker_heartbeat_file)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._wind_up()
        self._file.touch()
        self._heartbeat.start()
        self._thread.start()

    def wait_until_beating(self) -> None:
        """Return when the deployment has heard that this process lives: before that it may not take jobs."""
        self._heartbeat.beats.wait()

    def stop(self) -> None:
        """Watch no more; the heartbeat ends."""
        faulthandler.cancel_dump_traceback_later()
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._heartbeat.stop()
        self._file.remove()
        with contextlib.suppress(RedisError):
            self._counts.share()
        self._counts.close()

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_EVERY_S):
            self._wind_up()
            silent_s = self._pulse.silent_beats() * BEAT_EVERY_S
            if silent_s > self._stuck_after_s:
                _die_of_stuck_loop(self._stuck_after_s)
            if silent_s <= _LIVELY_S:
                self._file.touch()
            self._heartbeat.keep_going()
            try:
                self._counts.share()
            except RedisError as error:
                redis_outage.note(without_representations(str(error)))

    def _wind_up(self) -> None:
        """Let the process end if this isn't called again for a while."""
        faulthandler.dump_traceback_later(self._stuck_after_s + LONGEST_BEAT_S, exit=True)


class LifeFile:
    """A file whose time of change says when this process last moved, whether Redis is there or not."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def touch(self) -> None:
        """Note that the process moves."""
        if self._path is None:
            return
        try:
            self._path.touch()
        except OSError as error:
            _log.error("UNMANGLE_WORKER_HEARTBEAT_FILE: %s can't be written: %s", self._path, error.strerror)
            self._path = None  # once is enough

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


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


class CountsSharing:
    """Adds what a process has counted to the counts of the deployment, and says what the cache takes."""

    def __init__(self, settings: Settings, counts: Counts) -> None:
        self._cache_directory = settings.cache_dir
        self._counts = counts
        self._redis = open_blocking_redis(settings, BEAT_EVERY_S)
        self._share = self._redis.register_script(lua_script("share"))

    def share(self) -> None:
        """Share what is new.  Raises RedisError."""
        news = self._counts.news()
        arguments = [
            socket.gethostname(),
            0 if self._cache_directory is None else kept_bytes(self._cache_directory),
            *(part for item in news.items() for part in item),
        ]
        self._share(args=arguments)
        self._counts.note_shared(news)
        redis_outage.over()

    def close(self) -> None:
        """Close the connection."""
        self._redis.close()


class _HeartbeatProcess:
    """The process that beats for this one; ``beats`` is set after its first beat."""

    def __init__(self, settings: Settings, worker_id: str, messages: MessageWriter) -> None:
        self._settings = settings
        self._worker_id = worker_id
        self._messages = messages
        self._process: subprocess.Popen[bytes] | None = None
        self.beats = threading.Event()

    def start(self) -> None:
        """Start the process."""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "worker.jobs.heartbeat", self._worker_id],
                stdin=subprocess.PIPE,  # closes with us, whatever we die of
                stdout=subprocess.PIPE,
                env={**os.environ, **self._settings.environ()},
                process_group=0,  # what interrupts the worker is for the worker to handle
            )
        except OSError as error:
            _log.error("the process that beats for this worker can't be started: %s", error)
            return
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        threading.Thread(target=self._hear, args=[self._process], name="first beat", daemon=True).start()

    def keep_going(self) -> None:
        """Tell the process that this one lives; start another one if it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._say(_SIGN)
            return
        _log.error("the process that beats for this worker ended: another one is started")
        self._beat_meanwhile()
        self.start()

    def stop(self) -> None:
        """End the process: the worker stops, it doesn't die."""
        self.beats.set()
        if self._process is None:
            return
        self._say(GOODBYE)
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _say(self, what: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # it is suspended, or gone
            os.write(self._process.stdin.fileno(), what)

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as stdout:
            if stdout.read(1):
                self.beats.set()

    def _beat_meanwhile(self) -> None:
        heartbeat = Heartbeat(self._settings, self._worker_id, self._messages, list(TASKS))
        try:
            heartbeat.beat_once()
        except RedisError as error:
            _log.debug("no heartbeat: %s", error)
        finally:
            heartbeat.close()


def _die_of_stuck_loop(after_s: int) -> None:
    _log.critical("the jobs' loop did not move for %d s: this worker ends.  Where it is stuck:", after_s)
    faulthandler.dump_traceback(sys.stderr)
    os._exit(_STUCK_EXIT_CODE)
