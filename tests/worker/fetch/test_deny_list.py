"""Hosts that keep failing are left alone, by all workers, whether Redis is there or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis import Redis

from api.sockets import free_port
from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.observing.outages import Outage
from core.settings import Settings
from core.web.blocked_hosts import BlockingRule, blocked
from core.web.urls import Url, parse_url
from core.wire.request import Scraping
from tests.waiting import until
from tests.worker.artifact_source import a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.fetch.deny_list import Blocked, DenyList, HostDigests, LocalDenyList
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

DOWN = Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable", status=503)
SLOW = Failure(FailureKind.TIMEOUT, "5m")
RULE = BlockingRule(window_ms=60_000, bucket_ms=5_000, threshold=3, block_ms=3_600_000, scopes=3)


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


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


HOST = a_url("https://h.test/a.js")


async def fail(
    deny_list: DenyList, times: int, host: Url | None = HOST, failure: Failure = DOWN, scope: str = "a"
) -> None:
    for _ in range(times):
        await deny_list.note(FetchFailed(failure, host), scope)


async def failure_of(deny_list: DenyList, host: Url = HOST, scope: str = "a") -> Failure | None:
    try:
        await deny_list.check(host, scope)
    except FetchFailed as error:
        return error.failure
    return None


async def test_workers_count_together_and_all_of_them_stop(one, other):
    await fail(one, 2)
    assert await failure_of(other) is None
    await fail(other, 1, failure=SLOW)
    expected = blocked("h.test", "download timed out after 300s", RULE)
    assert await failure_of(one) == await failure_of(other) == expected


async def test_a_host_is_asked_about_again_after_a_while_or_once_anything_failed(settings, other):
    patient, impatient = DenyList(settings, free_for_s=3600), DenyList(settings, free_for_s=0)
    try:
        assert [await failure_of(each) for each in (patient, impatient)] == [None, None]
        await fail(other, 3)
        assert await failure_of(patient) is None
        assert await failure_of(impatient) is not None
        await fail(patient, 1, a_url("https://another.test/"))
        assert await failure_of(patient) is not None
    finally:
        await patient.close()
        await impatient.close()


@pytest.mark.parametrize("url", ["https://www.h.test/a.js", "http://h.test/a.js", "https://h.test:8443/a.js"])
async def test_other_hosts_schemes_and_ports_are_not_blocked(one, url):
    await fail(one, 3)
    assert await failure_of(one, a_url("https://h.test:443/b.js")) is not None
    assert await failure_of(one, a_url(url)) is None


async def test_what_no_host_did_blocks_nobody(one):
    await fail(one, 10, host=None)
    assert await failure_of(one) is None


async def test_the_failures_of_one_scope_block_for_that_scope(one, other):
    await fail(one, 100)
    assert await failure_of(other) is not None
    assert [await failure_of(other, scope=scope) for scope in ("b", "", "global")] == [None] * 3


async def test_a_scope_alone_counts_for_others_only_so_much(settings):
    deny_list = DenyList(replace(settings, deny_list_threshold=9))
    await fail(deny_list, 100, scope="a")
    await fail(deny_list, 5, scope="b")
    assert await failure_of(deny_list, scope="c") is None
    await fail(deny_list, 3, scope="d")
    assert await failure_of(deny_list, scope="c") is not None
    await deny_list.close()


@pytest.mark.parametrize("away", [False, True], ids=["with-redis", "without"])
async def test_what_several_scopes_see_blocks_for_all(settings, away):
    url = f"redis://127.0.0.1:{free_port()}/0" if away else settings.redis_url
    deny_list = DenyList(replace(settings, redis_url=url))
    for scope in ("a", "b"):
        await fail(deny_list, 2, scope=scope)
    assert await failure_of(deny_list, scope="d") is None
    await fail(deny_list, 1, scope="c")
    assert await failure_of(deny_list, scope="d") is not None
    await deny_list.close()


async def test_a_single_scope_can_be_made_to_count_for_all(settings):
    deny_list = DenyList(replace(settings, deny_list_scopes=1))
    await fail(deny_list, 3, scope="a")
    assert await failure_of(deny_list, scope="d") is not None
    await deny_list.close()


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
    host = a_url(f"https://{'h' * 100_000}/")
    await fail(one, 3, host, Failure(FailureKind.DOWNLOAD_ERROR, "x" * 100_000), scope="s" * 100_000)
    with Redis.from_url(redis_url) as client:
        for key in client.scan_iter():
            assert len(key) < 60
            assert 0 < client.pttl(key) <= RULE.block_ms
            assert client.memory_usage(key) < 1500


async def test_failures_are_forgotten_after_a_window_without_any(settings, redis_url):
    deny_list = DenyList(replace(settings, deny_list_window_s=1, deny_list_bucket_s=1))
    await fail(deny_list, 1)
    with Redis.from_url(redis_url) as client:
        await until(lambda: not client.dbsize())
    await fail(deny_list, 2)
    assert await failure_of(deny_list) is None
    await deny_list.close()


async def test_without_redis_a_worker_counts_for_itself(settings, caplog, monkeypatch):
    monkeypatch.setattr("worker.fetch.deny_list.redis_outage", Outage("Redis"))  # one that has said nothing yet
    deny_list = DenyList(replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    await fail(deny_list, 3)
    assert await failure_of(deny_list) == blocked("h.test", "download failed: 503 Service Unavailable", RULE)
    assert await failure_of(deny_list, scope="b") is None
    assert len([record for record in caplog.records if "so blocked hosts are not shared" in record.message]) == 1
    await deny_list.close()


def test_alone_a_host_is_blocked_for_the_block_time_and_failures_count_for_a_window():
    now = 1_700_000_000.0
    host = HostDigests.of(HOST, "a")
    deny_list = LocalDenyList(RULE, lambda: now)
    deny_list.note(host, "a")
    now += 60
    deny_list.note(host, "b")
    deny_list.note(host, "c")
    assert deny_list.reason(host) is None
    assert deny_list.note(host, "d") is Blocked.SCOPE
    now += 3599
    assert deny_list.reason(host) == "d"
    now += 1
    assert deny_list.reason(host) is None


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
