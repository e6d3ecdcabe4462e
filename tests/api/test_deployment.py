"""The deployment as Redis knows it: queues, workers, caches and counts."""

from __future__ import annotations

import time

import pytest
from redis.asyncio import Redis

from api.deployment import RedisDeployment
from api.redis_jobs import RedisJobs, open_jobs
from core.observing.counts import Counts
from core.observing.history import KEPT
from core.observing.metrics import OUTCOMES
from core.queue.jobs import (
    CACHES,
    COUNTS,
    HEARTBEAT_LIFE_MS,
    HISTORY,
    HISTORY_TAKEN,
    IN_FLIGHT,
    LARGE_QUEUE,
    QUEUE,
    WORKERS,
    taken_key,
)
from core.settings import Settings

BODY = b'{"source": {"id": "s", "url": "http://h/", "token": "secret"}}'
MINUTE_MS = 60_000


@pytest.fixture
def settings(redis_url):
    return Settings(redis_url=redis_url, share_requests=False, large_body_bytes=len(BODY))


@pytest.fixture
async def redis(redis_url):
    async with Redis.from_url(redis_url) as redis:
        yield redis


@pytest.fixture
async def jobs(settings):
    async with open_jobs(settings) as jobs:
        yield jobs


async def test_queues_tell_how_many_jobs_wait_and_how_long_the_oldest_has(jobs: RedisJobs, redis, settings):
    for body in (BODY, BODY, BODY + b" "):
        await jobs.submit(body, None, 0)
    oldest = min(score for _, score in await redis.zrange(IN_FLIGHT, 0, -1, withscores=True))
    for member in await redis.zrange(IN_FLIGHT, 0, -1):
        await redis.zadd(IN_FLIGHT, {member: oldest - MINUTE_MS})
    overview = await jobs.deployment.overview()
    assert (overview.in_flight, overview.running) == (3, 0)
    assert {name: queue.depth for name, queue in overview.queues.items()} == {"ordinary": 2, "large": 1}
    assert all(60 <= queue.oldest_s < settings.request_timeout_s for queue in overview.queues.values())


async def test_an_empty_queue_has_no_oldest_job(jobs: RedisJobs):
    assert all(
        (queue.depth, queue.oldest_s) == (0, 0.0) for queue in (await jobs.deployment.overview()).queues.values()
    )


@pytest.mark.parametrize("queue", [QUEUE, LARGE_QUEUE])
async def test_a_message_that_is_none_of_ours_has_no_age(jobs: RedisJobs, redis, queue):
    await redis.lpush(queue, "no JSON")
    assert {found.oldest_s for found in (await jobs.deployment.overview()).queues.values()} == {0.0}


async def test_workers_that_do_not_beat_do_not_count(jobs: RedisJobs, redis):
    now_ms = int(time.time() * 1000)
    await redis.zadd(WORKERS, {"living": now_ms + MINUTE_MS, "dead": now_ms - HEARTBEAT_LIFE_MS - MINUTE_MS})
    assert (await jobs.deployment.overview()).workers == 1
    assert await jobs.deployment.check_writable() == 1


async def test_hosts_that_were_not_heard_of_for_a_minute_are_left_out(jobs: RedisJobs, redis):
    now_ms = int(time.time() * 1000)
    await redis.hset(CACHES, mapping={"here": f"4096 {now_ms}", "gone": f"1 {now_ms - 2 * MINUTE_MS}", "odd": "x"})
    assert (await jobs.deployment.overview()).cache_bytes == {"here": 4096}


async def test_counts_are_those_of_all_who_shared(jobs: RedisJobs, redis):
    for _ in range(2):
        counts = Counts()
        counts.inc("a")
        await jobs.deployment.share(counts)
        await jobs.deployment.share(counts)
    assert (await jobs.deployment.overview()).counts["a"] == 2


async def test_what_is_left_is_shared_at_the_end(settings, redis):
    counts = Counts()
    async with RedisDeployment(redis, settings.request_timeout_s).sharing(counts):
        counts.inc("a")
    assert await redis.hgetall(COUNTS) == {b"a": b"1"}


async def test_one_of_all_processes_takes_a_sample(jobs: RedisJobs, redis):
    counts = Counts()
    counts.inc(OUTCOMES.field("completed"), 3)
    await jobs.deployment.share(counts)
    for _ in range(3):
        await jobs.deployment.take_sample()
    [sample] = await jobs.deployment.history()
    assert sample.counts == {OUTCOMES.field("completed"): 3}
    await redis.delete(HISTORY_TAKEN)
    await jobs.deployment.take_sample()
    assert len(await jobs.deployment.history()) == 2
    assert 0 < await redis.ttl(HISTORY) <= 7200


async def test_an_hour_of_samples_is_kept(jobs: RedisJobs, redis):
    await redis.lpush(HISTORY, *[b"of another version"] * 500)
    await jobs.deployment.take_sample()
    assert await redis.llen(HISTORY) == KEPT
    assert len(await jobs.deployment.history()) == 1


async def test_workers_tell_when_they_beat_and_what_they_hold(jobs: RedisJobs, redis):
    now_ms = int(time.time() * 1000)
    await redis.zadd(WORKERS, {"dead": now_ms - MINUTE_MS, "host:1": now_ms})
    await redis.sadd(taken_key("host:1"), "a", "b")
    workers = {worker.name: worker for worker in await jobs.deployment.worker_states()}
    assert {name: worker.jobs for name, worker in workers.items()} == {"dead": 0, "host:1": 2}
    assert workers["dead"].beat_s >= 60


async def test_findings_are_about_this_redis(jobs: RedisJobs):
    assert {finding.subject for finding in await jobs.deployment.findings()} >= {"redis"}
