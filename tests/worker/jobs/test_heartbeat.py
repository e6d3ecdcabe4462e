"""What workers do for each other: jobs of the dead, jobs without a message, and what must not be taken for either."""

from __future__ import annotations

import asyncio
import socket
import uuid

import pytest
from redis import Redis
from redis.exceptions import RedisError

from core.observing.counts import Counts
from core.queue.celery_message import MessageWriter
from core.queue.jobs import (
    CACHES,
    COUNTS,
    HEARTBEAT_LIFE_MS,
    IN_FLIGHT,
    QUEUE,
    REAPER_WAITS,
    WORKERS,
    job_key,
    payload_key,
    result_key,
    taken_key,
)
from core.settings import Settings
from worker.jobs.heartbeat import Heartbeat
from worker.jobs.held_jobs import HeldJobs
from worker.jobs.watchdog import CountsSharing, Pulse

MESSAGES = MessageWriter("test")
LONG_AGO_MS = HEARTBEAT_LIFE_MS + 1
ACCEPTED_MS = 2**42  # deadlines are far away
DAY_MS = 86_400_000


@pytest.fixture
def redis(redis_url):
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def settings(redis_url):
    return Settings(redis_url=redis_url)


@pytest.fixture
def counts():
    return Counts()


@pytest.fixture
def heartbeat(settings):
    heartbeat = Heartbeat(settings, "living", MESSAGES, [QUEUE])
    heartbeat.beat_once()
    yield heartbeat
    heartbeat.close()


@pytest.fixture
def sharing(settings, counts):
    sharing = CountsSharing(settings, counts)
    yield sharing
    sharing.close()


@pytest.fixture
async def dying(settings):
    """The store of a worker that is going to die."""
    store = HeldJobs(settings, "dying", MESSAGES)
    yield store
    await store.close()


def queued_job(redis, deadline_ms: int = ACCEPTED_MS, *, message: bool = True) -> str:
    job_id = str(uuid.uuid4())
    redis.hset(job_key(job_id), mapping={"deadline_ms": deadline_ms, "queue": QUEUE, "handed_out": 1})
    redis.set(payload_key(job_id), b"{}")
    redis.zadd(IN_FLIGHT, {job_id: deadline_ms})
    if message:
        redis.lpush(QUEUE, MESSAGES.message(job_id, QUEUE))
    return job_id


async def taken_job(redis, store) -> str:
    job_id = queued_job(redis)
    taken = await store.answer_and_take(QUEUE, [], 1)
    assert [job.id for job in taken.jobs] == [job_id]
    return job_id


def die(redis, worker: str = "dying") -> None:
    seconds, microseconds = redis.time()
    redis.zadd(WORKERS, {worker: seconds * 1000 + microseconds // 1000 - LONG_AGO_MS})


def queue(redis) -> list[bytes]:
    """The messages of the queue, the next one first."""
    return redis.lrange(QUEUE, 0, -1)[::-1]


async def test_jobs_of_the_dead_are_queued_again_and_their_record_forgets_them(redis, heartbeat, dying):
    job_id = await taken_job(redis, dying)
    die(redis)
    heartbeat.beat_once()
    assert queue(redis) == [MESSAGES.message(job_id, QUEUE)]
    assert redis.hget(job_key(job_id), "worker") is None
    assert redis.zrange(WORKERS, 0, -1) == [b"living"]
    assert not redis.exists(taken_key("dying"))
    [job] = (await dying.answer_and_take(QUEUE, [], 1)).jobs
    assert job.deaths == 1


async def test_jobs_of_the_dead_are_queued_in_the_order_they_came_in(redis, heartbeat, dying):
    ids = [queued_job(redis, ACCEPTED_MS + number) for number in range(20)]
    while len(redis.smembers(taken_key("dying"))) < len(ids):
        await dying.answer_and_take(QUEUE, [], 8)
    die(redis)
    heartbeat.beat_once()
    heartbeat.beat_once()
    assert queue(redis) == [MESSAGES.message(job_id, QUEUE) for job_id in ids]


async def test_deaths_of_workers_are_counted_and_end_no_job(redis, heartbeat, dying):
    job_id = await taken_job(redis, dying)
    for deaths in range(1, 4):
        await dying.note_process(job_id, 4711)
        die(redis)
        heartbeat.beat_once()
        assert redis.hget(job_key(job_id), "process") is None
        [job] = (await dying.answer_and_take(QUEUE, [], 1)).jobs
        assert (job.id, job.deaths) == (job_id, deaths)
    assert not redis.exists(result_key(job_id))


@pytest.mark.parametrize("call", ["answer_and_take", "begin"])
async def test_jobs_that_a_worker_takes_after_its_death_was_reported_are_queued_again(
    redis, heartbeat, settings, dying, call
):
    """Its last call may still have been on the way."""
    Heartbeat(settings, "dying", MESSAGES, [QUEUE]).report_death()
    job_id = queued_job(redis)
    await (dying.answer_and_take(QUEUE, [], 1) if call == "answer_and_take" else dying.begin(job_id))
    assert redis.hget(job_key(job_id), "worker") == b"dying"
    assert redis.zscore(WORKERS, "dying") is not None
    die(redis)
    heartbeat.beat_once()
    assert MESSAGES.message(job_id, QUEUE) in queue(redis)


async def test_a_death_that_is_known_needs_no_silence(redis, heartbeat, settings, dying):
    job_id = await taken_job(redis, dying)
    redis.set(REAPER_WAITS, 1)  # as if Redis had been away
    Heartbeat(settings, "dying", MESSAGES, [QUEUE]).report_death()
    assert queue(redis) == [MESSAGES.message(job_id, QUEUE)]
    assert redis.zrange(WORKERS, 0, -1) == [b"living"]


async def test_a_job_that_ended_before_its_worker_died_keeps_its_answer(redis, heartbeat, dying):
    job_id = await taken_job(redis, dying)
    redis.set(result_key(job_id), b"answer")
    redis.delete(job_key(job_id), payload_key(job_id))
    die(redis)
    heartbeat.beat_once()
    assert (redis.get(result_key(job_id)), queue(redis)) == (b"answer", [])


async def test_nobody_is_declared_dead_when_all_hearts_stood_still(redis, heartbeat, dying):
    # As they do while Redis is away: whoever comes back first must not run everybody else's jobs again.
    await taken_job(redis, dying)
    die(redis)
    die(redis, "living")
    heartbeat.beat_once()
    heartbeat.beat_once()
    assert queue(redis) == []
    assert redis.zcard(WORKERS) == 2


async def test_jobs_without_a_message_are_queued_again_the_oldest_first_and_once(redis, heartbeat):
    lost = [queued_job(redis, ACCEPTED_MS + number, message=False) for number in range(3)]
    queued = queued_job(redis, ACCEPTED_MS + 3)
    for _ in range(2):
        redis.delete("unmangle:reaper")
        heartbeat.beat_once()
    assert queue(redis) == [MESSAGES.message(job_id, QUEUE) for job_id in [*lost, queued]]


async def test_jobs_of_one_millisecond_do_not_count_as_older_than_each_other(redis, heartbeat):
    for _ in range(20):
        queued_job(redis)
    redis.delete("unmangle:reaper")
    heartbeat.beat_once()
    assert redis.llen(QUEUE) == 20


async def test_what_a_worker_holds_is_not_lost(redis, heartbeat, dying):
    await taken_job(redis, dying)
    redis.delete("unmangle:reaper")
    heartbeat.beat_once()
    assert queue(redis) == []


async def test_a_job_whose_answer_redis_gave_in_vain_is_found_by_its_worker(redis, dying):
    job_id = await taken_job(redis, dying)
    assert [job.id for job in await dying.held(QUEUE, [])] == [job_id]
    assert await dying.held(QUEUE, [job_id]) == []


async def test_a_message_that_comes_twice_is_one_job(redis, dying):
    job_id = await taken_job(redis, dying)
    redis.lpush(QUEUE, MESSAGES.message(job_id, QUEUE))
    assert (await dying.answer_and_take(QUEUE, [], 8)).jobs == []
    assert await dying.held(QUEUE, [job_id]) == []


async def test_a_loop_is_silent_for_as_many_beats_as_it_does_not_run():
    pulse = Pulse(asyncio.get_running_loop())
    assert [pulse.silent_beats() for _ in range(3)] == [1, 2, 3]
    await asyncio.sleep(0)
    assert pulse.silent_beats() == 1


def test_what_was_counted_is_added_once(sharing, counts, redis):
    counts.inc("a")
    sharing.share()
    sharing.share()
    counts.inc("a", 2)
    sharing.share()
    assert redis.hgetall(COUNTS) == {b"a": b"3"}


def test_what_could_not_be_shared_is_shared_later(sharing, counts, redis):
    counts.inc("a")
    redis.set(COUNTS, "in the way")
    with pytest.raises(RedisError):
        sharing.share()
    redis.delete(COUNTS)
    sharing.share()
    assert redis.hgetall(COUNTS) == {b"a": b"1"}


def test_hosts_whose_cache_was_not_heard_of_for_a_day_are_forgotten_when_another_host_comes(redis, sharing):
    seconds, _ = redis.time()
    yesterday_ms, lately_ms = seconds * 1000 - DAY_MS - 1, seconds * 1000 - DAY_MS // 2
    redis.hset(CACHES, mapping={"gone": f"4096 {yesterday_ms}", "silent": f"4096 {lately_ms}", "odd": "x"})
    sharing.share()
    assert set(redis.hkeys(CACHES)) == {b"silent", socket.gethostname().encode()}
    assert 0 < redis.pttl(CACHES) <= DAY_MS
