"""Hosts that keep failing are left alone, by all workers, whether Redis is there or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis import Redis

from api.redis_server import free_port
from core.blocked_hosts import BlockingRule, blocked
from core.errors import FetchFailed
from core.files import Failure, FailureKind
from core.settings import Settings
from core.wire.request import Scraping
from tests.worker.artifact_source import a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.fetch.deny_list import DenyList, LocalDenyList
from worker.request_files import RequestFiles
from worker.resources import Resources

DOWN = Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable")
SLOW = Failure(FailureKind.TIMEOUT, "5m")
RULE = BlockingRule(window_ms=60_000, bucket_ms=5_000, threshold=3, block_ms=3_600_000)


@pytest.fixture
def settings(redis_url: str) -> Settings:
    return Settings(redis_url=redis_url, deny_list_threshold=3, connect_to_reserved_ips=True)


@pytest.fixture
async def one(settings: Settings) -> AsyncIterator[DenyList]:
    deny_list = DenyList(settings)
    yield deny_list
    await deny_list.close()


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[DenyList]:
    deny_list = DenyList(settings)
    yield deny_list
    await deny_list.close()


async def fail(deny_list: DenyList, times: int, host: str = "h.test", failure: Failure = DOWN) -> None:
    for _ in range(times):
        await deny_list.note(host, failure)


async def failure_of(deny_list: DenyList, host: str = "h.test") -> Failure | None:
    try:
        await deny_list.check(host)
    except FetchFailed as error:
        return error.failure
    return None


async def test_workers_count_together_and_all_of_them_stop(one, other):
    await fail(one, 2)
    assert await failure_of(other) is None
    await fail(other, 1, failure=SLOW)
    expected = blocked("h.test", "download timed out after 300s", RULE)
    assert await failure_of(one) == await failure_of(other) == expected


async def test_other_hosts_are_not_blocked(one):
    await fail(one, 3)
    assert await failure_of(one, "www.h.test") is None


async def test_what_does_not_count_blocks_nobody(one):
    await fail(one, 10, failure=Failure(FailureKind.NOT_FOUND))
    assert await failure_of(one) is None


async def test_the_first_reason_stays(one):
    await fail(one, 3)
    await fail(one, 3, failure=SLOW)
    assert await failure_of(one) == blocked("h.test", "download failed: 503 Service Unavailable", RULE)


async def test_hosts_that_must_not_be_blocked_are_not(settings):
    deny_list = DenyList(replace(settings, deny_list_never_block_hosts=("h.test",)))
    await fail(deny_list, 10)
    assert await failure_of(deny_list) is None
    await deny_list.close()


async def test_nobody_is_blocked_if_the_list_is_off(settings, one):
    deny_list = DenyList(replace(settings, deny_list_enabled=False))
    await fail(one, 3)
    assert await failure_of(deny_list) is None
    await deny_list.close()


async def test_every_key_goes_by_itself_and_is_bounded(one, redis_url):
    host = "h" * 100_000
    await fail(one, 3, host, Failure(FailureKind.DOWNLOAD_ERROR, "x" * 100_000))
    with Redis.from_url(redis_url) as client:
        for key in client.scan_iter():
            assert len(key) < 60
            assert 0 < client.pttl(key) <= RULE.block_ms
            assert client.memory_usage(key) < 1500


async def test_failures_are_forgotten_after_a_window_without_any(settings, redis_url):
    deny_list = DenyList(replace(settings, deny_list_window_s=1, deny_list_bucket_s=1))
    await fail(deny_list, 1)
    with Redis.from_url(redis_url) as client:
        await asyncio.to_thread(_wait_until_empty, client)
    await fail(deny_list, 2)
    assert await failure_of(deny_list) is None
    await deny_list.close()


def _wait_until_empty(client: Redis) -> None:
    while client.dbsize():
        pass


async def test_without_redis_a_worker_counts_for_itself(settings, caplog):
    deny_list = DenyList(replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    await fail(deny_list, 3)
    assert await failure_of(deny_list) == blocked("h.test", "download failed: 503 Service Unavailable", RULE)
    assert len([record for record in caplog.records if "can't be shared" in record.message]) == 1
    await deny_list.close()


def test_alone_a_host_is_blocked_for_the_block_time_and_failures_count_for_a_window():
    now = 1_700_000_000.0
    deny_list = LocalDenyList(RULE, lambda: now)
    deny_list.note("h.test", "a")
    now += 60
    deny_list.note("h.test", "b")
    deny_list.note("h.test", "c")
    assert deny_list.reason("h.test") is None
    deny_list.note("h.test", "d")
    now += 3599
    assert deny_list.reason("h.test") == "d"
    now += 1
    assert deny_list.reason("h.test") is None


async def test_files_of_a_blocked_host_are_not_asked_for(server: SourceServer, settings: Settings):
    async with Resources(replace(settings, download_tries=2)) as resources:
        files = RequestFiles(resources, a_request(server.url("/lookup/"), scraping=Scraping()), None)
        for name in ("a", "b", "c", "d"):
            await files.get_file(minified(server.put(f"/{name}.js", reply(status=503))))
    assert len(server.requests_for("/c.js")) == 2
    assert server.requests_for("/d.js") == []
    attempt = files.attempts[-1]
    assert attempt.reason == "download_error"
    assert attempt.details == blocked(server.host, "download failed: 503 Service Unavailable", RULE).text


async def test_files_of_a_source_are_never_blocked(source, settings):
    async with Resources(settings) as resources:
        files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
        for number in range(5):
            await files.get_file(minified(source.server.put(f"/{number}.js", reply(status=503))))
        source.put_artifact("1", "~/x.js", b"x")
        source.server.put("/lookup/more", reply(b""))
        entry = await files.get_file(minified("https://h.test/x.js"))
    assert not isinstance(entry.result, Failure)
