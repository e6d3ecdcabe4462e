"""How many jobs are in flight is counted once for all API processes, and comes right by itself when some die."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections import Counter

import aiohttp
import orjson
import pytest

from core.queue.jobs import IN_FLIGHT
from tests.deployment import Api, Deployment

LIMIT = 100
CONNECTIONS = 100

_numbers = itertools.count()


@pytest.fixture
async def apis(fleet: Deployment) -> list[Api]:
    """Four API processes of one deployment, which has no worker."""
    apis = [fleet.start_api(UNMANGLE_MAX_CONCURRENT_REQUESTS=str(LIMIT)) for _ in range(4)]
    await asyncio.gather(*(api.wait_until_up() for api in apis))
    return apis


async def burst(apis: list[Api], count: int) -> Counter[int]:
    """Submit so many requests to all APIs at once; return how many were answered with which status."""
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def submit(api: Api) -> None:
            body = orjson.dumps({"source": {"id": "", "url": "http://h/", "token": ""}, "number": next(_numbers)})
            url, headers = api.url("/symbolicate-js?timeout=0"), {"Content-Type": "application/json"}
            async with session.post(url, data=body, headers=headers) as response:
                statuses[response.status] += 1
                assert response.status == 200 or response.headers["Retry-After"] == "5"

        await asyncio.gather(*(submit(apis[number % len(apis)]) for number in range(count)))
    return statuses


async def test_a_burst_on_four_apis_is_accepted_up_to_the_limit_and_not_one_more(apis):
    assert await burst(apis, 10 * LIMIT) == {200: LIMIT, 503: 9 * LIMIT}


async def test_places_that_nobody_gives_back_are_free_again_once_their_time_is_up(apis, fleet_redis):
    assert (await burst(apis, 2 * LIMIT))[200] == LIMIT
    apis.pop().process.stop(signal.SIGKILL)
    assert (await burst(apis, LIMIT))[200] == 0
    for job_id in fleet_redis.zrange(IN_FLIGHT, 0, -1):
        fleet_redis.zadd(IN_FLIGHT, {job_id: 1})  # its deadline
    assert (await burst(apis, 2 * LIMIT))[200] == LIMIT
