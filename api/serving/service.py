"""The service on one machine: its processes, the order of their starts, and its messages on the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import orjson
from redis.exceptions import RedisError

from api.redis_client import open_redis
from api.serving.development_store import development_store, upload_lines
from api.serving.redis_server import embedded_redis_command, last_words
from api.serving.supervisor import Program, Supervisor, write_line
from api.sockets import free_port, is_free, open_sockets, place
from core.errors import CannotStart, InvalidSetting
from core.settings import Settings, unknown_variables

_ROOT = Path(__file__).parents[2]
_EXAMPLE_PORT = 3022  # the example requests name it
_EXAMPLE_REQUEST = _ROOT / "examples" / "requests" / "release.json"
_HOST = "127.0.0.1"
_REACHED_AT = {"0.0.0.0": _HOST, "::": "::1"}  # noqa: S104
_LOG_LEVEL = "warn"
_START_PATIENCE_S = 60.0
_REDIS_PATIENCE_S = 10.0
_PAUSE_S = 0.1
_PARENT_PAUSE_S = 0.5
_GRACE_S = 15.0
_PROBE = {"source": {"id": "probe", "url": "http://127.0.0.1/", "token": ""}}  # a request that needs no file
_SAME_SIGNAL_S = 1.0  # a terminal, make and a process manager may each send one
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Options: how many workers; whether the example's files are served; whether the end of the parent ends all."""

    workers: int = 1
    with_example: bool = False
    with_parent: bool = False


def run_service(options: ServiceOptions) -> int:
    """Run everything until a signal ends it; return the exit code of the process."""
    try:
        return asyncio.run(_Service(os.environ, options).run())
    except (InvalidSetting, CannotStart) as error:
        _say("", f"unmangle: {error}")
        return 1


class _Service:
    """The processes and their environment: without variables that nobody knows, and as quiet as a first screen is."""

    def __init__(self, environ: Mapping[str, str], options: ServiceOptions) -> None:
        self._options = options
        unknown = unknown_variables(environ)
        for line in unknown.values():
            _say("", f"unmangle: {line}")
        self._environment = {
            "UNMANGLE_HOST": _HOST,
            "UNMANGLE_LOG_LEVEL": _LOG_LEVEL,
            "UNMANGLE_LOG_FORMAT": "pretty" if sys.stdout.isatty() else "simplified",
            **{name: text for name, text in environ.items() if text and name not in unknown},
            "PYTHONUNBUFFERED": "1",
        }
        if options.with_example:
            self._environment |= development_store(_ROOT, self._environment)
        self._settings = Settings.from_environ(self._environment)
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Start everything, say so, and wait for the end.  Raises CannotStart."""
        for listening in open_sockets(self._settings.host, self._settings.port):
            listening.close()
        async with Supervisor(_say) as supervisor:
            self._follow_signals(supervisor)
            watching = asyncio.create_task(self._watch_parent(os.getppid()))
            redis = await self._provide_redis(supervisor)
            example_port = self._start_example(supervisor)
            self._start_processes(supervisor)
            if await self._is_up(supervisor):
                _announce(self._address(), [redis, *self._worker_names()], example_port)
                self._announce_store()
            await self._stop.wait()
            watching.cancel()
        return 0

    def _announce_store(self) -> None:
        if self._settings.store_url is not None and self._options.with_example:
            settings = self._settings
            for line in upload_lines(self._address(), settings.store_org, settings.store_admin_token):
                _say("", line)

    def _follow_signals(self, supervisor: Supervisor) -> None:
        """End in order at the first signal, and at once at a later one."""
        kill_from_s = 0.0

        def stop() -> None:
            nonlocal kill_from_s
            if not self._stop.is_set():
                self._stop.set()
                kill_from_s = time.monotonic() + _SAME_SIGNAL_S
            elif time.monotonic() > kill_from_s:
                supervisor.kill()

        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop)

    async def _watch_parent(self, parent: int) -> None:
        while self._options.with_parent and not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _PARENT_PAUSE_S)
            if os.getppid() != parent:
                self._stop.set()

    async def _provide_redis(self, supervisor: Supervisor) -> str:
        """Start a server, or make sure that the given one answers; return what to call it."""
        if "REDIS_URL" in self._environment:
            await self._ping()
            return "redis by REDIS_URL"
        folder = Path(tempfile.mkdtemp(prefix="unmangle-redis-"))
        supervisor.remove_at_the_end(folder)
        port = free_port()
        self._environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        self._settings = Settings.from_environ(self._environment)
        supervisor.start(
            Program("redis", embedded_redis_command(folder, port), self._environment, _GRACE_S, ends_last=True)
        )
        await self._wait_for_redis(supervisor, folder / "log")
        return f"redis on 127.0.0.1:{port}"

    async def _wait_for_redis(self, supervisor: Supervisor, log: Path) -> None:
        give_up_at = time.monotonic() + _REDIS_PATIENCE_S
        while time.monotonic() < give_up_at and not supervisor.failure.done():
            with contextlib.suppress(CannotStart):
                return await self._ping()
            await asyncio.sleep(_PAUSE_S)
        raise CannotStart(f"the Redis server did not start: {last_words(log)}")

    async def _ping(self) -> None:
        redis = open_redis(self._settings.redis_url)
        try:
            await redis.ping()
        except (RedisError, ValueError) as error:
            raise CannotStart(f"can't reach the Redis server of REDIS_URL: {error}") from None
        finally:
            await redis.aclose()

    def _start_example(self, supervisor: Supervisor) -> int | None:
        """Serve the example's files on the port that its requests name, else on another one; return the port."""
        if not self._options.with_example:
            return None
        if not _EXAMPLE_REQUEST.exists():
            raise CannotStart(f"there is no {_EXAMPLE_REQUEST}: --example is for a checkout")
        port = _EXAMPLE_PORT if is_free(_EXAMPLE_PORT) else free_port()
        command = [sys.executable, "-P", "-m", "examples.lookup_server", "--quiet", "--port", str(port)]
        supervisor.start(Program("example", command, {**self._environment, "PYTHONPATH": str(_ROOT)}, _GRACE_S))
        self._environment.setdefault("UNMANGLE_TRACE_DEFAULTS", _trace_defaults(port))
        return port

    def _start_processes(self, supervisor: Supervisor) -> None:
        grace_s = self._settings.worker_shutdown_grace_s + _GRACE_S
        supervisor.start(Program("api", [sys.executable, _unmangle(), "api"], self._environment, grace_s))
        for number, name in enumerate(self._worker_names(), start=1):
            command = [sys.executable, _unmangle(), "worker", *self._node_name(number)]
            supervisor.start(Program(name, command, self._environment, grace_s))

    def _node_name(self, number: int) -> list[str]:
        """Return the arguments that tell workers of one name apart."""
        name = self._settings.worker_name
        if name is None or self._options.workers == 1:
            return []
        before, at, host = name.partition("@")
        return ["--name", f"{before}-{number}{at}{host}"]

    def _worker_names(self) -> list[str]:
        count = self._options.workers
        return ["worker"] if count == 1 else [f"worker{number}" for number in range(1, count + 1)]

    def _address(self) -> str:
        host = _REACHED_AT.get(self._settings.host, self._settings.host)
        return f"http://{place(host, self._settings.port)}"

    async def _is_up(self, supervisor: Supervisor) -> bool:
        """Wait for the first answer; tell if it came.  Raises CannotStart if a process ends before."""
        give_up_at = time.monotonic() + _START_PATIENCE_S
        while not self._stop.is_set():
            if supervisor.failure.done():
                raise CannotStart(f"{supervisor.failure.result()} before the service was up")
            if await asyncio.to_thread(_answers, self._address()):
                supervisor.is_up = True
                return True
            if time.monotonic() > give_up_at:
                supervisor.is_up = True
                _say("", f"no answer from {self._address()} yet: see above, or set UNMANGLE_LOG_LEVEL=info")
                return False
            await asyncio.sleep(_PAUSE_S)
        return False


def _trace_defaults(port: int) -> str:
    """Return what traces mean that name no source and no release: the example's."""
    request = orjson.loads(_EXAMPLE_REQUEST.read_bytes())
    named = orjson.dumps({name: request[name] for name in ("source", "release", "scraping")}).decode()
    return named.replace(f":{_EXAMPLE_PORT}/", f":{port}/")


def _announce(address: str, others: list[str], example_port: int | None) -> None:
    """Say in five lines what runs where, and how to try it."""
    if example_port is not None:
        others = [*others, f"example on 127.0.0.1:{example_port}"]
    where, data = _try_with_example(example_port) if example_port is not None else _try_with_web()
    for line in (
        f"Unmangle {version('unmangle')} is up; Ctrl-C stops it.",
        f"  api on {address}, {', '.join(others)}",
        f"Try it{where}:",
        f"  curl -s '{address}/symbolicate-js?timeout=5' -H 'Content-Type: application/json' \\",
        f"    --data-binary {data}",
    ):
        _say("", line)


def _try_with_example(port: int) -> tuple[str, str]:
    """Return where to try it, and the data of the request, which names the port of the example's server."""
    path = _EXAMPLE_REQUEST.relative_to(_ROOT) if Path.cwd() == _ROOT else _EXAMPLE_REQUEST
    name = shlex.quote(str(path))
    data = f"@{name}" if port == _EXAMPLE_PORT else f'"$(sed s/:{_EXAMPLE_PORT}/:{port}/ {name})"'
    return " from another terminal", data


def _try_with_web() -> tuple[str, str]:
    frames = '[{"abs_path": "https://your.site/app.min.js", "lineno": 1, "colno": 1}]'
    source = '{"id": "none", "url": "http://127.0.0.1/", "token": ""}'
    return (
        " with a file of yours on the web, from another terminal",
        f'\'{{"source": {source}, "stacktraces": [{{"frames": {frames}}}]}}\'',
    )


def _unmangle() -> str:
    """Return the script of this command.  Raises CannotStart."""
    script = shutil.which("unmangle", path=sysconfig.get_path("scripts")) or shutil.which(sys.argv[0])
    if script is None:
        raise CannotStart(f"there is no unmangle beside {sys.executable}: install it again")
    return script


def _answers(address: str) -> bool:
    """Tell if a job goes all the way: API, Redis and a worker are up."""
    request = urllib.request.Request(  # noqa: S310  (our own address)
        f"{address}/symbolicate-js?timeout=1", orjson.dumps(_PROBE), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as response:
            return bool(orjson.loads(response.read())["status"] == "completed")
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _say(name: str, line: str) -> None:
    write_line(name, line, sys.stdout)
