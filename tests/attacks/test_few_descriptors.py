"""A worker that may have few files open takes fewer jobs at a time, says so, and answers all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment import Deployment
from tests.worker.source_server import SourceServer, reply

JOBS = 20


@pytest.fixture
def fleet(redis_url: str) -> Iterator[Deployment]:
    with Deployment(redis_url) as deployment:
        yield deployment


def request_for_files(server: SourceServer, number: int) -> dict[str, Any]:
    """Return a request for four files, each large enough to be mapped."""
    frames = []
    for part in range(4):
        content = b"run();\n" + b"//" * 600_000 + b"%d %d" % (number, part)
        frames.append({"abs_path": server.put(f"/{number}-{part}.js", reply(content)), "lineno": 1, "colno": 1})
    return {"source": {"id": "s", "url": server.url("/none"), "token": ""}, "stacktraces": [{"frames": frames}]}


async def test_twenty_jobs_with_sixty_four_descriptors(fleet: Deployment, server: SourceServer) -> None:
    api = fleet.start_api()
    worker = fleet.start("tests.attacks.worker_of_few_descriptors", "64")
    await api.wait_for_workers()
    requests = [request_for_files(server, number) for number in range(JOBS)]
    answers = await asyncio.gather(*(api.submit(request) for request in requests))
    assert [answer["status"] for answer in answers] == ["completed"] * JOBS
    assert [answer.get("errors") for answer in answers] == [None] * JOBS, worker.log()
    assert "64 files may be open" in worker.log()
