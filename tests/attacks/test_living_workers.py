"""No work makes a living worker look dead, and none is done twice for it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import aiohttp
import orjson
import pytest

from core.queue.jobs import HEARTBEAT_LIFE_MS
from core.wire.response import failed_body
from tests.deployment import Deployment
from tests.end_to_end.requests import pending_job

HEALTHY = {"source": {"id": "", "url": "http://h/", "token": ""}}


@pytest.fixture
def fleet(redis_url: str) -> Iterator[Deployment]:
    with Deployment(redis_url) as deployment:
        yield deployment


async def test_a_worker_whose_interpreter_is_held_for_longer_than_a_heartbeat_lives(fleet: Deployment) -> None:
    api = fleet.start_api()
    workers = [fleet.start("tests.end_to_end.evil_worker") for _ in range(2)]
    await api.wait_for_workers()
    started = time.monotonic()
    held = await pending_job(api, {**HEALTHY, "release": "hold_the_interpreter_for_a_while"})
    assert (await api.poll(held))["status"] == "completed"
    assert time.monotonic() - started > HEARTBEAT_LIFE_MS / 1000  # it was held for so long
    assert [worker.popen.poll() for worker in workers] == [None, None]
    assert not any("died" in worker.log() for worker in workers)


async def test_a_large_body_is_read_in_a_process_of_its_own(fleet: Deployment) -> None:
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    frames = b'{"abs_path":"","lineno":0},' * 100_000
    body = b'{"source":{"id":"","url":"http://h/","token":""},"stacktraces":[{"frames":[%b]}]}' % frames[:-1]
    answer = await api.submit(io.BytesIO(body))
    assert answer["status"] == "completed"
    assert len(answer["stacktraces"][0]["frames"]) == 100_000
    assert "of its own" in worker.log()


async def test_a_body_of_two_million_frames_is_refused_before_it_is_read(fleet: Deployment) -> None:
    api = fleet.start_api()
    await api.wait_until_up()
    frames = b'{"abs_path":"","lineno":0},' * 2_000_000
    body = b'{"source":{"id":"","url":"http://h/","token":""},"stacktraces":[{"frames":[%b]}]}' % frames[:-1]
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        async with session.post(api.url("/symbolicate-js"), data=io.BytesIO(body), headers=headers) as answer:
            assert answer.status == 422
            assert "more than 1000000 JSON values" in await answer.text()


async def test_a_body_whose_answer_would_be_too_large_is_a_failure(fleet: Deployment) -> None:
    api = fleet.start_api(UNMANGLE_MAX_ANSWER_SIZE="1000000")
    fleet.start_worker(UNMANGLE_MAX_ANSWER_SIZE="1000000")
    await api.wait_for_workers()
    frames = b'{"abs_path":"","lineno":0},' * 100_000
    body = b'{"source":{"id":"","url":"http://h/","token":""},"stacktraces":[{"frames":[%b]}]}' % frames[:-1]
    expected = failed_body("the answer is larger than 1000000 bytes (UNMANGLE_MAX_ANSWER_SIZE)")
    assert await api.submit(io.BytesIO(body)) == orjson.loads(expected)
