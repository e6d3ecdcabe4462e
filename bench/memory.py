"""``python -m bench.memory``: how much memory Redis, an API and a worker take over time, as tables.

``sustained``: so many requests a second, whose answers nobody polls for, with default settings.  Flat from the half
minute on that such answers stay.

``day``: the same, and answers that may be polled for, and jobs that never end; what lives for an hour lives for ten
seconds here, so four minutes are a day.  Flat from the same half minute on.

``unseen``: 100,000 requests about real bundles, ten frames each that nobody has asked for, on one worker.  Flat once
the caches are full.

``overload``: ten times as many requests as the workers can do.  Flat, and the requests that are accepted take no longer
than those that may be in flight before them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import orjson
from redis import Redis

from api.serving.redis_server import redis_server
from bench.engine.bundles import DEFAULT_CACHE
from bench.load import Client, NextBody, Times
from bench.process_memory import memory_mib
from bench.real_files import real_files
from bench.real_traffic import RealTraffic
from bench.traffic import Traffic, mixed
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import SourceServer

_CALLERS = 64
_ROWS = 10
_FRAMES = 10
_CONTEXT = ["const some = line(of, context);" * 3] * 3
_SCALED = {"UNMANGLE_RESULT_TTL": "10", "UNMANGLE_REQUEST_TIMEOUT": "3", "UNMANGLE_LOOKUP_TIMEOUT": "3"}
_LONGER_THAN_ALLOWED_S = 4
_IN_FLIGHT = 200
_AT_ONCE = 20  # jobs of the worker that is overloaded
_EACH_S = 0.5
_OVERLOADED = {"UNMANGLE_MAX_CONCURRENT_REQUESTS": str(_IN_FLIGHT), "UNMANGLE_WORKER_MAX_JOBS": str(_AT_ONCE)}
_HEADS = ("seconds", "requests", "keys", "Redis MiB", "API MiB", "worker MiB")


@dataclass(frozen=True)
class Fleet:
    """The processes that are looked at."""

    redis: Redis
    api: Api
    worker: Process

    def sample(self) -> tuple[int, float, float, float]:
        """Return the number of keys, and the MiB that Redis, the API and the worker take."""
        used = self.redis.info("memory")["used_memory"] / (1 << 20)
        processes = (self.api.process.popen.pid, self.worker.popen.pid)
        return (self.redis.dbsize(), used, *(memory_mib(process) for process in processes))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("what", nargs="*", default=["sustained", "day", "unseen", "overload"])
    parser.add_argument("--rate", type=float, default=1000, help="requests per second of the first two")
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--requests", type=int, default=100_000, help="of `unseen`")
    options = parser.parse_args()
    measurements: dict[str, tuple[dict[str, str], Callable[[Fleet, Traffic], Awaitable[None]]]] = {
        "sustained": ({}, lambda fleet, _: _sustained(fleet, options.rate, options.seconds)),
        "day": (_SCALED, lambda fleet, traffic: _day(fleet, traffic, options.rate, options.seconds)),
        "unseen": ({}, lambda fleet, _: _unseen(fleet, options.requests)),
        "overload": (_OVERLOADED, lambda fleet, traffic: _overload(fleet, traffic, options.seconds)),
    }
    for what in options.what:
        settings, measure = measurements[what]
        print(f"{what}:")
        with SourceServer() as server, _fleet(settings) as fleet:
            asyncio.run(_measured(fleet, measure(fleet, Traffic(server))))


@contextlib.contextmanager
def _fleet(settings: dict[str, str]) -> Iterator[Fleet]:
    with redis_server() as url, Deployment(url, settings) as deployment, Redis.from_url(url) as redis:
        yield Fleet(redis, deployment.start_api(), deployment.start_worker())


async def _measured(fleet: Fleet, measurement: Awaitable[None]) -> None:
    await fleet.api.wait_for_workers()
    await measurement


async def _sustained(fleet: Fleet, rate: float, seconds: float) -> None:
    async with _watched(fleet, seconds) as count:
        await _send(_client(fleet, _counted(_without_work(), count)), rate, seconds)


async def _day(fleet: Fleet, traffic: Traffic, rate: float, seconds: float) -> None:
    async with _watched(fleet, seconds) as count:
        never_ends = _counted(traffic.slow(_LONGER_THAN_ALLOWED_S), count)
        body = _counted(_without_work(), count)
        await asyncio.gather(
            _send(_client(fleet, body), rate * 0.75, seconds),
            _send(_client(fleet, mixed(body, never_ends, 50), "?timeout=0"), rate * 0.25, seconds),
        )


async def _unseen(fleet: Fleet, requests: int) -> None:
    with SourceServer() as server:
        client = _client(fleet, RealTraffic(server, real_files(DEFAULT_CACHE)).by_debug_id())
        print(*(f"{head:>10}" for head in _HEADS[1:]))
        for number in range(_ROWS):
            await _ask(client, requests // _ROWS)
            keys, *mib = await asyncio.to_thread(fleet.sample)
            row = (str((number + 1) * (requests // _ROWS)), str(keys), *(f"{each:.1f}" for each in mib))
            print(*(f"{cell:>10}" for cell in row), flush=True)


async def _ask(client: Client, requests: int) -> None:
    numbers = iter(range(requests))

    async def call_again_and_again() -> None:
        for _ in numbers:
            await client.send()

    await asyncio.gather(*(call_again_and_again() for _ in range(_CALLERS)))


async def _overload(fleet: Fleet, traffic: Traffic, seconds: float) -> None:
    capacity = _AT_ONCE / _EACH_S
    accepted, refused = Times(), Times()
    async with _watched(fleet, seconds) as count, asyncio.TaskGroup() as group:
        client = _client(fleet, _counted(traffic.slow(_EACH_S), count))

        async def send() -> None:
            sent = time.perf_counter()
            ok = await client.send()
            (accepted if ok else refused).note(time.perf_counter() - sent, ok=ok)

        started = time.perf_counter()
        for number in range(int(10 * capacity * seconds)):
            await asyncio.sleep(started + number / (10 * capacity) - time.perf_counter())
            group.create_task(send())
    p50, p99, most = accepted.quantiles_ms(0.5, 0.99, 1)
    print(
        f"accepted {len(accepted)} ({len(accepted) / seconds:.0f}/s of {capacity:.0f} possible) in {p50:.0f} ms "
        f"(p99 {p99:.0f}, most {most:.0f}; {1000 * _IN_FLIGHT / capacity:.0f} are before them); refused {len(refused)} "
        f"in {refused.quantiles_ms(0.5)[0]:.1f} ms"
    )


async def _send(client: Client, rate: float, seconds: float) -> None:
    """Send ``rate`` requests a second, or as many as the machine can do."""
    started = time.perf_counter()

    async def call_again_and_again(number: int) -> None:
        for turn in itertools.count():
            due_s = (number + turn * _CALLERS) / rate
            if due_s > seconds or time.perf_counter() - started > seconds:
                return
            await asyncio.sleep(started + due_s - time.perf_counter())
            await client.send()

    await asyncio.gather(*(call_again_and_again(number) for number in range(_CALLERS)))


def _client(fleet: Fleet, bodies: NextBody, query: str = "") -> Client:
    return Client([fleet.api.port], bodies, f"/symbolicate-js{query}")


def _without_work() -> NextBody:
    """Return requests whose answers are of usual size, and take no more than to be read and written."""
    frame = {"abs_path": "native", "lineno": 0, "pre_context": _CONTEXT, "post_context": _CONTEXT}
    numbers = itertools.count()
    request = {"source": {"id": "", "url": "http://h/", "token": ""}, "stacktraces": [{"frames": [frame] * _FRAMES}]}
    return lambda: orjson.dumps({**request, "number": next(numbers)})


def _counted(bodies: NextBody, count: list[int]) -> NextBody:
    def next_body() -> bytes:
        count[0] += 1
        return bodies()

    return next_body


@contextlib.asynccontextmanager
async def _watched(fleet: Fleet, seconds: float) -> AsyncIterator[list[int]]:
    """Print a row now and then while the block runs; yields the number of requests, for the block to count."""
    count = [0]
    print(*(f"{head:>10}" for head in _HEADS))

    async def watch() -> None:
        started = time.monotonic()
        while True:
            await asyncio.sleep(seconds / 12)
            keys, *mib = await asyncio.to_thread(fleet.sample)
            row = (f"{time.monotonic() - started:.0f}", str(count[0]), str(keys), *(f"{each:.1f}" for each in mib))
            print(*(f"{cell:>10}" for cell in row), flush=True)

    task = asyncio.create_task(watch())
    try:
        yield count
    finally:
        task.cancel()


if __name__ == "__main__":
    main()
