"""``python -m bench.service``: what the service promises, measured on a deployment of its own, as a table.

One API, two workers with default settings, a Redis server and a server for files, all on this machine, which also makes
the requests.  So compare figures of one run, and don't take one alone for more than it is.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from api.redis_server import redis_server
from bench.files import frames, minified_file, source_map
from tests.deployment import Api, Deployment
from tests.worker.source_server import Pause, Reply, Request, SourceServer, reply

_FILES = 3
_FRAMES = 50
_FUNCTIONS = 20_000
_SOURCES = 200
_WARM_REQUESTS = 300
_SLOW_REQUESTS = 200
_SLOW_S = 2.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    what: str
    value: str


def main() -> None:
    """Measure, and print the table."""
    with redis_server() as url, SourceServer() as server, Deployment(url) as deployment:
        api = deployment.start_api()
        for _ in range(2):
            deployment.start_worker()
        figures = asyncio.run(_measure(api, server))
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        print(f"{figure.what:<{width}}  {figure.value}")


async def _measure(api: Api, server: SourceServer) -> list[Figure]:
    await api.wait_for_workers()
    return [*await _warm_frames(api, server), await _slow_lookups(api, server)]


async def _warm_frames(api: Api, server: SourceServer) -> list[Figure]:
    """Time requests one after another whose files every worker has in its caches."""
    paths = [f"/app{number}.js" for number in range(_FILES)]
    columns: list[int] = []
    for path in paths:
        content, columns = minified_file(_FUNCTIONS, f"{path[1:]}.map")
        server.put(path, reply(content))
        server.put(f"{path}.map", reply(source_map(columns, _SOURCES)))
    body = orjson.dumps(
        {
            "source": {"id": "bench", "url": server.url("/none"), "token": ""},
            "stacktraces": [{"frames": frames([server.url(path) for path in paths], columns, _FRAMES)}],
        }
    )
    async with aiohttp.ClientSession() as session:
        cold = await _timed(lambda: _submit(session, api, body))
        for _ in range(20):  # until both workers have met the files
            await asyncio.gather(*(_submit(session, api, body) for _ in range(4)))
        times = [await _timed(lambda: _submit(session, api, body)) for _ in range(_WARM_REQUESTS)]
    times.sort()
    return [
        Figure(f"{_FRAMES} frames over {_FILES} warm files, median", f"{statistics.median(times) * 1000:.1f} ms"),
        Figure(f"{_FRAMES} frames over {_FILES} warm files, 99th percentile", f"{times[-3] * 1000:.1f} ms"),
        Figure(f"the same, first request ({_FUNCTIONS} functions a file)", f"{cold * 1000:.0f} ms"),
    ]


async def _slow_lookups(api: Api, server: SourceServer) -> Figure:
    """Time many requests at once, each of which waits for a slow lookup API."""
    server.put_function("/slow", _slow_answer)

    def body(number: int) -> bytes:
        return orjson.dumps(
            {
                "source": {"id": "bench", "url": server.url("/slow"), "token": ""},
                "release": "bench",
                "scraping": {"enabled": False},
                "stacktraces": [{"frames": [{"abs_path": f"https://h.test/{number}.js", "lineno": 1}]}],
            }
        )

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        took = await _timed(
            lambda: asyncio.gather(*(_submit(session, api, body(number)) for number in range(_SLOW_REQUESTS)))
        )
    return Figure(f"{_SLOW_REQUESTS} requests at once, each waiting {_SLOW_S:.0f} s for a lookup, all", f"{took:.1f} s")


def _slow_answer(_: Request) -> Reply:
    immediate = reply(b"[]")
    return lambda: [Pause(_SLOW_S), *immediate()]


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _submit(session: aiohttp.ClientSession, api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(api.url("/symbolicate-js"), data=body, headers=headers) as response:
        answer = orjson.loads(await response.read())
    assert answer["status"] == "completed", answer
    frames = [frame for trace in answer["stacktraces"] for frame in trace["frames"]]
    assert len(frames) == 1 or all(frame["data"]["symbolicated"] for frame in frames), answer


if __name__ == "__main__":
    main()
