"""Several worker processes on one cache directory: they fetch each file once, and may be killed at any time."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from redis import Redis

from api.serving.redis_server import redis_server
from core.files.artifact_bundle import write_bundle
from tests.deployment import Deployment, Process
from tests.worker.source_server import Request, SourceServer, gated, reply

REQUESTS = 500
WORKERS = 4
COLD_REQUESTS = 80
KILL_EVERY = 10
EACH_ITS_OWN_JOB = {"UNMANGLE_SHARE_REQUESTS": "false", "UNMANGLE_ANSWER_REUSE": "0"}
MINIFIED = b"boom();\n//# sourceMappingURL=app.js.map\n"
MAP = orjson.dumps({"version": 3, "sources": ["a.js"], "sourcesContent": ["boom();"], "names": [], "mappings": "AAAA"})


pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def host_redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


def request_for(server: SourceServer, number: int = 0) -> dict[str, Any]:
    return {
        "source": {"id": "s", "url": server.url("/lookup"), "token": "t0k"},
        "release": f"r{number}",
        "stacktraces": [{"frames": [{"abs_path": "app:///app.js", "lineno": 1, "colno": 1}]}],
    }


def put_bundles(server: SourceServer) -> None:
    """List, for every release, a bundle of its own."""

    def lookup(request: Request) -> Any:
        release = dict(request.query)["release"]
        return reply(orjson.dumps([{"type": "bundle", "id": release, "url": server.url(f"/bundle?{release}")}]))

    server.put_function("/lookup", lookup)
    server.put("/bundle", reply(a_bundle()))


def a_bundle() -> bytes:
    padding = random.Random(1).randbytes(300_000).hex()
    return write_bundle(
        {
            "a": (MINIFIED, {"type": "minified_source", "url": "~/app.js"}),
            "b": (MAP, {"type": "source_map", "url": "~/app.js.map"}),
            "c": (padding, {}),
        }
    )


async def test_500_requests_for_a_cold_bundle_on_4_workers_fetch_it_once(host_redis_url):
    with SourceServer() as server, Deployment(host_redis_url, EACH_ITS_OWN_JOB) as deployment:
        put_bundles(server)
        gate = server.gate()
        server.put("/bundle", gated(gate, reply(a_bundle())))
        api = deployment.start_api()
        for _ in range(WORKERS):
            deployment.start_worker()
        await api.wait_for_workers()
        work = [asyncio.create_task(api.submit(request_for(server))) for _ in range(REQUESTS)]
        await asyncio.to_thread(server.wait_for_requests, "/bundle")
        gate.open()
        answers = await asyncio.gather(*work)
        assert all(answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"] for answer in answers)
        assert len(server.requests_for("/lookup")) == 1
        assert len(server.requests_for("/bundle")) == 1


async def test_workers_killed_at_random_leave_no_broken_entry(host_redis_url):
    with SourceServer() as server:
        put_bundles(server)
        requests = [request_for(server, number) for number in range(COLD_REQUESTS)]
        with Deployment(host_redis_url, {"UNMANGLE_REQUEST_TIMEOUT": "2", **EACH_ITS_OWN_JOB}) as deployment:
            api = deployment.start_api()
            workers = [deployment.start_worker() for _ in range(2)]
            await api.wait_for_workers()
            await _kill_while_busy(api, deployment, workers, requests)
            with Redis.from_url(host_redis_url) as client:
                client.flushall()  # what the dead workers held would come again in the middle of the comparison
            patient = deployment.start_api(UNMANGLE_REQUEST_TIMEOUT="900")
            await patient.wait_for_workers()
            disturbed = [await patient.submit(request) for request in requests]
            log = "".join(worker.log() for worker in workers)
        assert "is damaged" not in log
        expected = await _undisturbed(host_redis_url, requests)
    assert disturbed == expected


async def _kill_while_busy(
    api: Any, deployment: Deployment, workers: list[Process], requests: list[dict[str, Any]]
) -> None:
    chance, answers = random.Random(1), []
    for round_, start in enumerate(range(0, len(requests), KILL_EVERY)):
        work = [asyncio.create_task(api.submit(request)) for request in requests[start : start + KILL_EVERY]]
        answers += work
        await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)  # so there is a worker that has begun
        await asyncio.wait(work, timeout=chance.uniform(0, 0.1))
        workers[round_].stop(signal.SIGKILL)  # the one that has been up the longest
        workers.append(deployment.start_worker())
    await asyncio.gather(*answers)


async def _undisturbed(redis_url: str, requests: list[dict[str, Any]]) -> list[Any]:
    with Deployment(redis_url, EACH_ITS_OWN_JOB) as deployment:
        api = deployment.start_api()
        deployment.start_worker()
        await api.wait_for_workers()
        return await asyncio.gather(*(api.submit(request) for request in requests))
