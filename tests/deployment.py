"""A deployment as it runs elsewhere: API and worker processes, a Redis server, real HTTP between them."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import aiohttp
import orjson

from api.sockets import free_port
from tests.waiting import PATIENCE_S, until

_ROOT = Path(__file__).parent.parent
_PROBE = {"source": {"id": "probe", "url": "http://127.0.0.1/", "token": ""}}


@dataclass
class Process:
    """One process of ours, and what it logged."""

    popen: subprocess.Popen[bytes]
    output: IO[bytes] = field(repr=False)

    def log(self) -> str:
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(timeout=PATIENCE_S)


class Deployment:
    """Starts processes on one Redis server, and stops what is left at the end.

    ``settings`` are environment variables for all of them.
    """

    def __init__(self, redis_url: str, settings: Mapping[str, str] | None = None) -> None:
        self.cache_dir = tempfile.TemporaryDirectory()
        self._environment = {
            **os.environ,
            "UNMANGLE_CACHE_DIR": self.cache_dir.name,
            "REDIS_URL": redis_url,
            "UNMANGLE_HOST": "127.0.0.1",
            "UNMANGLE_CONNECT_TO_RESERVED_IPS": "true",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(_ROOT),  # for workers of ours whose jobs come from the tests
            **(settings or {}),
        }
        self._processes: list[Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if process.popen.poll() is None:
                process.popen.kill()
                process.popen.wait()
            if kind is not None:
                print(process.log(), file=sys.stderr)  # noqa: T201  (pytest shows it with the failure)
            process.output.close()
        self.cache_dir.cleanup()

    def start_api(self, **settings: str) -> Api:
        """Start an API process, which may not serve yet, on a free port unless ``PORT`` says which."""
        return self.start_api_of("api", **settings)

    def start_api_of(self, module: str, *arguments: str, **settings: str) -> Api:
        """Start an API that is another program than ours, on a free port unless ``PORT`` says which."""
        settings.setdefault("PORT", str(free_port()))
        return Api(self.start(module, *arguments, **settings), int(settings["PORT"]))

    def start_worker(self, **settings: str) -> Process:
        """Start a worker, which may not take jobs yet."""
        return self.start("worker", **settings)

    def start(self, module: str, *arguments: str, **settings: str) -> Process:
        """Start ``python -m`` a module."""
        output = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the deployment)
        popen = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            env={**self._environment, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        process = Process(popen, output)
        self._processes.append(process)
        return process


@dataclass
class Api:
    """An API process, as its clients see it."""

    process: Process
    port: int

    def url(self, target: str) -> str:
        return f"http://127.0.0.1:{self.port}{target}"

    async def wait_until_up(self) -> None:
        """Return when the process serves HTTP."""
        await until(self._is_up)

    async def wait_for_workers(self) -> None:
        """Return when a job goes all the way."""
        await self.wait_until_up()
        await until(self._completes)

    async def submit(self, request: Any, query: str = "") -> Any:
        """POST a request and return the document of its answer, which is a 200."""
        async with aiohttp.ClientSession() as session:
            return await self._posted(session, request, query)

    async def poll(self, request_id: str, query: str = "") -> Any:
        """GET a job's answer, and return its document."""
        async with aiohttp.ClientSession() as session, session.get(self.url(f"/requests/{request_id}{query}")) as reply:
            assert reply.status == 200, await reply.text()
            return orjson.loads(await reply.read())

    async def _posted(self, session: aiohttp.ClientSession, request: Any, query: str) -> Any:
        body = request if isinstance(request, (bytes, io.BytesIO)) else orjson.dumps(request)
        headers = {"Content-Type": "application/json"}
        async with session.post(self.url(f"/symbolicate-js{query}"), data=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()
            return orjson.loads(await reply.read())

    async def _is_up(self) -> bool:
        assert self.process.popen.poll() is None, self.process.log()
        with contextlib.suppress(aiohttp.ClientError):
            async with aiohttp.ClientSession() as session, session.get(self.url("/healthcheck")) as reply:
                return reply.status == 200
        return False

    async def _completes(self) -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            answer = await self.submit(_PROBE, "?timeout=2")
            return bool(answer["status"] == "completed")
        return False
