"""The job path between API and worker, against a real Redis server, with the worker's own job store."""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections.abc import AsyncIterator

import orjson
import pytest
from redis.asyncio import Redis as AsyncRedis

from api.redis_jobs import RedisJobs, open_jobs
from api.serving.redis_server import redis_server
from api.sockets import free_port
from core.errors import AtCapacity, ShuttingDown, StoreUnavailable
from core.queue.jobs import IN_FLIGHT, QUEUE, UNCLAIMED_RESULT_TTL_S, job_key, payload_key, result_key
from core.settings import Settings
from tests.waiting import PATIENCE_S
from worker.job_types import Answer

ANSWER = Answer(b'{"status":"completed","stacktraces":[],"raw_stacktraces":[]}', reusable=True)
OTHER_ANSWER = Answer(b'{"status":"internal_error"}')
BODY = b'{"source": {"id": "s", "url": "http://h/", "token": "secret"}}'


@pytest.fixture
def settings(redis_url: str) -> Settings:
    return Settings(redis_url=redis_url, share_requests=False)


@pytest.fixture
async def jobs(settings: Settings) -> AsyncIterator[RedisJobs]:
    async with open_jobs(settings) as jobs:
        yield jobs


async def queued_id(settings: Settings) -> str:
    """Return the id in the next message, when there is one."""
    async with AsyncRedis.from_url(settings.redis_url) as client:
        _, message = await client.brpop([QUEUE], timeout=PATIENCE_S)
    return orjson.loads(message)["headers"]["id"]


async def submitted(jobs: RedisJobs) -> str:
    """Submit a job and return the id handed out."""
    return orjson.loads(await jobs.submit(BODY, None, 0))["request_id"]


async def test_the_answer_reaches_the_waiting_caller_byte_for_byte(jobs, store, settings):
    caller = asyncio.create_task(jobs.submit(BODY, None, 10))
    assert await store.finish(await queued_id(settings), ANSWER)
    assert await caller == ANSWER.body


async def test_the_ids_of_a_cell_are_uuids_that_begin_with_its_digits(settings):
    async with open_jobs(dataclasses.replace(settings, cell="0a")) as jobs:
        ids = [uuid.UUID(await submitted(jobs)) for _ in range(3)]
    assert {str(each)[:2] for each in ids} == {"0a"}
    assert {each.version for each in ids} == {4}
    assert len(set(ids)) == 3


async def test_a_caller_without_timeout_waits_for_the_answer(jobs, store, settings):
    caller = asyncio.create_task(jobs.submit(BODY, None, None))
    assert await store.finish(await queued_id(settings), ANSWER)
    assert await caller == ANSWER.body


async def test_a_poll_tells_how_long_the_answer_has_been_there(jobs, store, settings):
    request_id = await submitted(jobs)
    assert await store.finish(await queued_id(settings), ANSWER)
    async with AsyncRedis.from_url(settings.redis_url) as client:
        await client.expire(result_key(request_id), settings.result_ttl_s - 100)
    idle: list[float] = []
    assert await jobs.poll(request_id, 0, idle.append) == ANSWER.body
    assert [int(seconds) for seconds in idle] == [100]


async def test_the_largest_timeout_does_not_overflow(jobs, store, settings):
    caller = asyncio.create_task(jobs.submit(BODY, None, 2**64 - 1))
    assert await store.finish(await queued_id(settings), ANSWER)
    assert await caller == ANSWER.body


async def test_timeout_zero_answers_pending_at_once_and_hands_out_the_id(jobs, settings):
    answer = orjson.loads(await jobs.submit(BODY, None, 0))
    assert answer == {"status": "pending", "request_id": await queued_id(settings), "retry_after": 30}
    assert str(uuid.UUID(answer["request_id"], version=4)) == answer["request_id"]


async def test_pending_after_the_timeout_then_the_answer_to_every_poll(jobs, store):
    request_id = orjson.loads(await jobs.submit(BODY, None, 1))["request_id"]
    assert orjson.loads(await jobs.poll(request_id, 0))["request_id"] == request_id
    assert await store.finish(request_id, ANSWER)
    assert [await jobs.poll(request_id, timeout_s) for timeout_s in (0, 5, None)] == [ANSWER.body] * 3


async def test_any_process_answers_any_poll_and_hears_of_the_end(jobs, store, settings):
    request_id = await submitted(jobs)
    async with open_jobs(settings) as other:
        callers = [asyncio.create_task(process.poll(request_id, 10)) for process in (jobs, other, other)]
        await asyncio.sleep(0)
        assert await store.finish(request_id, ANSWER)
        assert await asyncio.gather(*callers) == [ANSWER.body] * 3


async def test_the_worker_sees_the_body_the_scope_and_the_time_left(jobs, store, settings):
    for scope in (None, "", "42", "ö"):
        await jobs.submit(BODY, scope, 0)
        job = await store.begin(await queued_id(settings))
        assert (job.body, job.scope) == (BODY, scope)
        assert 890 < job.left_s <= 900


async def test_the_first_answer_is_final(jobs, store):
    request_id = await submitted(jobs)
    assert await store.finish(request_id, ANSWER)
    assert not await store.finish(request_id, OTHER_ANSWER)
    assert await jobs.poll(request_id, 0) == ANSWER.body
    assert await store.begin(request_id) is None


async def test_an_unknown_id_is_not_waited_for(jobs):
    assert await jobs.poll(str(uuid.uuid4()), None) is None


async def test_credentials_leave_redis_with_the_end_of_the_job(jobs, store, redis):
    request_id = await submitted(jobs)
    assert b"secret" in redis.get(payload_key(request_id))
    await store.finish(request_id, ANSWER)
    assert not any(b"secret" in (redis.dump(key) or b"") for key in redis.scan_iter())


async def test_a_result_nobody_was_told_of_is_gone_within_a_minute(jobs, store, settings, redis):
    caller = asyncio.create_task(jobs.submit(BODY, None, 10))
    job_id = await queued_id(settings)
    await store.finish(job_id, ANSWER)
    await caller
    assert 0 < redis.ttl(result_key(job_id)) <= UNCLAIMED_RESULT_TTL_S < 60
    assert set(redis.scan_iter("unmangle:*")) == {result_key(job_id).encode()}


async def test_a_result_somebody_may_poll_for_is_kept_and_reading_changes_nothing(jobs, store, settings, redis):
    request_id = await submitted(jobs)
    await store.finish(request_id, ANSWER)
    redis.expire(result_key(request_id), 1234)
    await jobs.poll(request_id, 0)
    assert redis.ttl(result_key(request_id)) == 1234


async def test_every_key_of_a_job_expires_by_itself(jobs, redis):
    request_id = await submitted(jobs)
    assert 0 < redis.ttl(payload_key(request_id)) <= 900
    assert 900 < redis.ttl(job_key(request_id)) <= 900 + 3600


async def test_polls_answer_timeout_once_the_time_is_up_and_ever_after(redis_url, store):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False, request_timeout_s=1)) as jobs:
        request_id = await submitted(jobs)
        assert await jobs.poll(request_id, None) == b'{"status":"timeout"}'
        assert await store.begin(request_id) is None
        assert not await store.finish(request_id, ANSWER)
        assert await jobs.poll(request_id, 5) == b'{"status":"timeout"}'


async def test_a_submitter_who_waits_gets_timeout_when_every_worker_is_dead(redis_url):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False, request_timeout_s=1)) as jobs:
        assert await jobs.submit(BODY, None, None) == b'{"status":"timeout"}'


async def test_one_job_more_than_the_limit_is_refused_and_not_queued(redis_url, store, redis):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False, max_concurrent_requests=2)) as jobs:
        first, _ = await submitted(jobs), await submitted(jobs)
        with pytest.raises(AtCapacity):
            await jobs.submit(BODY, None, 0)
        assert redis.llen(QUEUE) == 2
        await store.finish(first, ANSWER)
        await submitted(jobs)


async def test_the_limit_counts_over_all_api_processes(redis_url):
    settings = Settings(redis_url=redis_url, share_requests=False, max_concurrent_requests=1)
    async with open_jobs(settings) as jobs, open_jobs(settings) as other:
        await submitted(jobs)
        with pytest.raises(AtCapacity):
            await other.submit(BODY, None, 0)


async def test_a_limit_of_zero_rejects_everything(redis_url):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False, max_concurrent_requests=0)) as jobs:
        with pytest.raises(AtCapacity):
            await jobs.submit(BODY, None, 0)


async def test_a_slot_lost_to_a_crash_is_free_again_after_the_hard_limit(redis_url, redis):
    async with open_jobs(
        Settings(redis_url=redis_url, share_requests=False, max_concurrent_requests=1, request_timeout_s=1)
    ) as jobs:
        request_id = await submitted(jobs)
        await jobs.poll(request_id, None)  # until its time is up
        await submitted(jobs)
        assert redis.zcard(IN_FLIGHT) == 1


async def test_no_limit(redis_url):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False, max_concurrent_requests=None)) as jobs:
        await submitted(jobs)


async def test_closing_tells_waiting_callers_the_id_and_refuses_those_who_did_not_expect_one(jobs, settings):
    patient = asyncio.create_task(jobs.submit(BODY, None, 60))
    job_id = await queued_id(settings)
    endless = asyncio.create_task(jobs.submit(BODY, None, None))
    await queued_id(settings)
    jobs.close()
    assert orjson.loads(await patient)["request_id"] == job_id
    with pytest.raises(ShuttingDown):
        await endless


async def test_calls_fail_while_redis_is_away_and_work_once_it_is_back():
    port = free_port()
    settings = Settings(redis_url=f"redis://127.0.0.1:{port}/0")
    async with open_jobs(settings) as jobs:
        with pytest.raises(StoreUnavailable):
            await jobs.submit(BODY, None, 0)
        with pytest.raises(StoreUnavailable):
            await jobs.poll(str(uuid.uuid4()), 0)
        with redis_server(port=port):
            assert await submitted(jobs)


async def test_a_caller_hears_of_the_end_although_the_subscription_was_cut(jobs, store, settings, redis):
    caller = asyncio.create_task(jobs.submit(BODY, None, 30))
    job_id = await queued_id(settings)
    redis.client_kill_filter(_type="pubsub")
    await store.finish(job_id, ANSWER)
    assert await caller == ANSWER.body


async def test_many_callers_wait_without_holding_connections(jobs, store, settings):
    callers = [asyncio.create_task(jobs.submit(BODY, None, 30)) for _ in range(200)]
    for _ in callers:
        await store.finish(await queued_id(settings), ANSWER)
    assert await asyncio.gather(*callers) == [ANSWER.body] * 200
