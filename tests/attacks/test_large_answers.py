"""No answer is larger than allowed, and none that Redis refuses holds up another one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from redis import Redis

from tests.deployment import Api, Deployment
from tests.waiting import PATIENCE_S
from tests.worker.source_server import SourceServer, reply

COLUMNS = 250


@pytest.fixture
def fleet(redis_url: str) -> Iterator[Deployment]:
    with Deployment(redis_url) as deployment:
        yield deployment


async def started(fleet: Deployment, **settings: str) -> Api:
    api = fleet.start_api(**settings)
    fleet.start_worker(**settings)
    await api.wait_for_workers()
    return api


def long_name(server: SourceServer, size: int) -> dict[str, Any]:
    """Return a request for as many frames as there are columns, all of a source whose name has ``size`` bytes."""
    text = {"version": 3, "sources": ["s" * size], "names": [], "mappings": "AAAA" + ",CAAC" * COLUMNS}
    server.put("/a.map", reply(orjson.dumps(text)))
    url = server.put("/a.js", reply(b"x" * COLUMNS + b"\n//# sourceMappingURL=a.map"))
    frames = [{"abs_path": url, "lineno": 1, "colno": column + 1} for column in range(COLUMNS)]
    return {"source": {"id": "s", "url": server.url("/none"), "token": ""}, "stacktraces": [{"frames": frames}]}


def fine(server: SourceServer) -> dict[str, Any]:
    url = server.put("/fine.js", reply(b"run()"))
    frames = [{"abs_path": url, "lineno": 1, "colno": 1}]
    return {"source": {"id": "s", "url": server.url("/none"), "token": ""}, "stacktraces": [{"frames": frames}]}


async def test_a_source_name_of_a_megabyte_in_250_frames_is_cut(fleet: Deployment, server: SourceServer) -> None:
    api = await started(fleet)
    answer = await api.submit(long_name(server, 1 << 20))
    assert answer["status"] == "completed"
    [trace] = answer["stacktraces"]
    assert all(frame["filename"].endswith("s {snip}") for frame in trace["frames"])
    assert len(orjson.dumps(answer)) < 16 << 20


async def test_an_answer_that_is_too_large_is_a_failure_that_says_so(fleet: Deployment, server: SourceServer) -> None:
    api = await started(fleet, UNMANGLE_MAX_ANSWER_SIZE="100000")
    answer = await api.submit(long_name(server, 1000))
    assert answer == {
        "status": "failed",
        "message": "the answer is larger than 100000 bytes (UNMANGLE_MAX_ANSWER_SIZE)",
    }
    assert (await api.submit(fine(server)))["status"] == "completed"


async def test_an_answer_that_redis_refuses_ends_its_job_and_holds_up_no_other(
    fleet: Deployment, server: SourceServer, redis_url: str
) -> None:
    api = await started(fleet)
    with Redis.from_url(redis_url) as redis:
        usual = redis.config_get("proto-max-bulk-len")
        redis.config_set("proto-max-bulk-len", 1 << 20)
        try:
            refused = asyncio.create_task(api.submit(long_name(server, 3000)))  # an answer of 2 MB
            while not refused.done():
                async with asyncio.timeout(PATIENCE_S):
                    assert (await api.submit(fine(server)))["status"] == "completed"
            assert await refused == {"status": "internal_error"}
        finally:
            redis.config_set("proto-max-bulk-len", usual["proto-max-bulk-len"])
