"""``python -m bench.waiting``: what callers who wait cost an API, and how soon they hear.

There is no worker: the answers are stored by this process, which so knows when.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from redis.asyncio import Redis

from api.serving.redis_server import redis_server
from bench.cpu import cpu_seconds
from bench.load import Times
from core.queue.celery_message import MessageWriter
from core.queue.jobs import IN_FLIGHT
from core.settings import Settings
from tests.deployment import Api, Deployment
from worker.job_types import Answer
from worker.jobs.held_jobs import HeldJobs

_BETWEEN_ANSWERS_S = 0.01
_PENDING_AFTER_S = 5
_HEADERS = {"Content-Type": "application/json"}
_numbers = itertools.count()


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.waiting", description=__doc__)
    parser.add_argument("--callers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with redis_server() as url, Deployment(url) as deployment:
        asyncio.run(_measure(Settings(redis_url=url), deployment.start_api(), options.callers, options.seconds))


async def _measure(settings: Settings, api: Api, callers: int, seconds: float) -> None:
    await api.wait_until_up()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as session:
        waiting = [asyncio.create_task(_ask(session, api, "")) for _ in range(callers)]
        async with _jobs(settings) as (store, redis):
            while await redis.zcard(IN_FLIGHT) < callers:  # noqa: ASYNC110  (it happens in another process)
                await asyncio.sleep(0.1)
            ids = [job_id.decode() for job_id in await redis.zrange(IN_FLIGHT, 0, -1)]
            process = [api.process.popen.pid]
            before = cpu_seconds(process)
            await asyncio.sleep(seconds)
            print(f"{callers} waiting callers: {100 * (cpu_seconds(process) - before) / seconds:.1f}% of a core")
            stored_at = {}
            for job_id in ids:
                await store.finish(job_id, Answer(orjson.dumps(job_id)))
                stored_at[job_id] = time.perf_counter()
                await asyncio.sleep(_BETWEEN_ANSWERS_S)
        _print("from stored to received", [at - stored_at[answer] for at, _, answer in await asyncio.gather(*waiting)])
        pause_s = _PENDING_AFTER_S / callers
        pending = await asyncio.gather(*(_ask_later(session, api, number * pause_s) for number in range(callers)))
        _print("pending, after its time", [at - sent - _PENDING_AFTER_S for at, sent, _ in pending])


@asynccontextmanager
async def _jobs(settings: Settings) -> AsyncIterator[tuple[HeldJobs, Any]]:
    store = HeldJobs(settings, "bench", MessageWriter("bench"))
    async with Redis.from_url(settings.redis_url) as redis:
        yield store, redis
    await store.close()


async def _ask_later(session: aiohttp.ClientSession, api: Api, seconds: float) -> tuple[float, float, str]:
    await asyncio.sleep(seconds)  # a thousand at the same instant measure how fast connections are made
    return await _ask(session, api, f"?timeout={_PENDING_AFTER_S}")


async def _ask(session: aiohttp.ClientSession, api: Api, query: str) -> tuple[float, float, str]:
    """Submit a request; return when the answer came, when the request was sent, and the answer."""
    body = orjson.dumps({"source": {"id": "", "url": "http://h/", "token": ""}, "number": next(_numbers)})
    sent = time.perf_counter()
    async with session.post(api.url(f"/symbolicate-js{query}"), data=body, headers=_HEADERS) as response:
        answer = orjson.loads(await response.read())
    return time.perf_counter(), sent, answer


def _print(what: str, seconds: list[float]) -> None:
    times = Times()
    for each in seconds:
        times.note(each, ok=True)
    p50, p99, most = times.quantiles_ms(0.5, 0.99, 1)
    print(f"{what}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms")


if __name__ == "__main__":
    main()
