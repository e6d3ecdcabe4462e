"""Findings of ``unmangle doctor`` about the store."""

from __future__ import annotations

import asyncio
import time

import orjson
from redis import Redis

from core.observing.health import Level
from core.queue.jobs import STORE_SIGHTS
from core.settings import Settings
from tests.deployment import Deployment
from tests.store.conftest import store_settings
from worker.diagnosis import check_store


def told(findings) -> list[str]:
    return [finding.what for finding in findings if finding.level is Level.PROBLEM]


async def test_without_a_store_there_is_nothing_to_say(redis_url):
    assert await check_store(Settings(redis_url=redis_url)) == []


async def test_a_store_that_can_be_used_but_nobody_takes_uploads(redis_url, tmp_path):
    findings = await check_store(Settings(redis_url=redis_url, store_url=tmp_path.as_uri()))
    assert told(findings) == ["no worker takes uploads"]
    assert findings[0].what == "it can be written, read, listed and deleted from"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_store_that_cant_be_written_to(redis_url, tmp_path):
    (tmp_path / "v1").write_text("in the way")
    (problem,) = told(await check_store(Settings(redis_url=redis_url, store_url=tmp_path.as_uri())))
    assert problem.startswith("the store can't be reached: put")


async def test_a_host_that_sees_another_store(redis_url, tmp_path):
    settings = Settings(redis_url=redis_url, store_url=tmp_path.as_uri())
    with Deployment(redis_url, store_settings(tmp_path)) as deployment, Redis.from_url(redis_url) as redis:
        api = deployment.start_api()
        deployment.start_worker()
        await api.wait_for_workers()
        give_up_at = time.monotonic() + 120
        while told(await check_store(settings)):  # the API leaves its mark, the worker looks
            assert time.monotonic() < give_up_at
            await asyncio.sleep(0.2)
        redis.hset(STORE_SIGHTS, "host-b", orjson.dumps({"at": int(time.time()), "hosts": ["host-c"]}))
        (problem,) = told(await check_store(settings))
        assert problem.startswith("workers of host-b don't see what ")
        assert problem.endswith(" wrote: not the same store")
