"""A deployment under attack: what attackers do it with, and what happens to its memory and its other clients."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from api.serving.redis_server import redis_server
from bench.process_memory import memory_mib
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import SourceServer, reply

_WORKERS = 2
_SAMPLE_S = 0.1
_NEIGHBOUR_EVERY_S = 0.05
_WARM_S = 3.0
_QUIET_S = 5.0
_DIED = " died"

_CODE = b"function a(){throw 1}\n//# sourceMappingURL=warm.js.map\n"
_MAP = b'{"version":3,"sources":["a.js"],"sourcesContent":["original()"],"names":[],"mappings":"AAAA"}'


@dataclass(slots=True)
class Outcome:
    """Result of an attack."""

    peak_worker_mib: float = 0.0
    peak_api_mib: float = 0.0
    quiet_waits_s: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    failed: int = 0
    false_deaths: int = 0

    @property
    def longest_wait_s(self) -> float:
        """How long the neighbour who waited longest did."""
        return max(self.waits_s, default=0.0)

    @property
    def p99_ratio(self) -> float:
        """How many times longer than before the attack the slowest of a hundred neighbours waited."""
        return _p99(self.waits_s) / max(_p99(self.quiet_waits_s), 1e-9)


@dataclass(slots=True)
class Stage:
    """Surroundings of an attack: an API to send to, a server for what it has fetched, and the deployment."""

    deployment: Deployment
    api: Api
    server: SourceServer
    session: aiohttp.ClientSession
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def submit(self, request: Mapping[str, Any], query: str = "?timeout=60") -> dict[str, Any]:
        """Submit a request, which equals no other, and return its answer."""
        return await self.submit_body(orjson.dumps({"number": next(self.numbers), **request}), query)

    async def submit_body(self, body: bytes, query: str = "?timeout=60") -> dict[str, Any]:
        """Submit the body of a request and return the answer, whatever its status code is."""
        headers = {"Content-Type": "application/json"}
        async with self.session.post(self.api.url(f"/symbolicate-js{query}"), data=body, headers=headers) as answer:
            document: dict[str, Any] = orjson.loads(await answer.read())
            return document | {"status_code": answer.status}

    def scraping(self, path: str, lineno: int = 1, colno: int = 1, **more: Any) -> dict[str, Any]:
        """Return a request for one frame of a file on the server."""
        frame = {"abs_path": self.server.url(path), "lineno": lineno, "colno": colno}
        source = {"id": "s", "url": self.server.url("/lookup"), "token": "t"}
        return {"source": source, "stacktraces": [{"frames": [frame]}], **more}


Attack = Callable[[Stage], Awaitable[None]]


async def outcome_of(attack: Attack, settings: Mapping[str, str]) -> Outcome:
    """Return what an attack does to a deployment of its own: an API, two workers, and neighbours all the time."""
    outcome = Outcome()
    with redis_server() as url, Deployment(url, settings) as deployment, SourceServer() as server:
        api = deployment.start_api()
        workers = [deployment.start_worker() for _ in range(_WORKERS)]
        await api.wait_for_workers()
        server.put("/lookup", reply(b"[]"))
        server.put("/warm.js", reply(_CODE))
        server.put("/warm.js.map", reply(_MAP))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            stage = Stage(deployment, api, server, session)
            async with _watched(outcome, api.process, workers), _with_neighbours(outcome, stage):
                await asyncio.sleep(_WARM_S)
                outcome.waits_s.clear()  # the first ones found cold caches
                await asyncio.sleep(_QUIET_S)
                outcome.quiet_waits_s, outcome.waits_s = outcome.waits_s, []
                await attack(stage)
        outcome.false_deaths = sum(
            _DIED in line for process in [api.process, *workers] for line in process.log().splitlines()
        )
        outcome.false_deaths += sum(worker.popen.poll() is not None for worker in workers)
    return outcome


def _p99(waits_s: list[float]) -> float:
    return statistics.quantiles(waits_s, n=100)[98] if len(waits_s) > 1 else 0.0


@contextlib.asynccontextmanager
async def _watched(outcome: Outcome, api: Process, workers: list[Process]) -> AsyncIterator[None]:
    async def watch() -> None:
        while True:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                outcome.peak_api_mib = max(outcome.peak_api_mib, memory_mib(api.popen.pid))
            for worker in workers:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    outcome.peak_worker_mib = max(outcome.peak_worker_mib, memory_mib(worker.popen.pid))
            await asyncio.sleep(_SAMPLE_S)

    async with _in_background(watch()):
        yield


@contextlib.asynccontextmanager
async def _with_neighbours(outcome: Outcome, stage: Stage) -> AsyncIterator[None]:
    """Have another tenant send warm requests; how long the slowest takes is what the attack costs the others."""

    async def ask() -> None:
        started = time.perf_counter()
        answer = await stage.submit(stage.scraping("/warm.js", scope="neighbour"))
        outcome.failed += answer.get("status") != "completed"
        outcome.waits_s.append(time.perf_counter() - started)

    async def ask_on_and_on() -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(ask())
                await asyncio.sleep(_NEIGHBOUR_EVERY_S)

    async with _in_background(ask_on_and_on()):
        yield


@contextlib.asynccontextmanager
async def _in_background(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
