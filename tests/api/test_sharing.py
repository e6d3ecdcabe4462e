"""Equal requests share a job while it runs, and its answer for a moment, and nobody can tell."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.redis_jobs import RecentAnswers, digest_of, open_jobs
from core.queue.jobs import IN_FLIGHT, QUEUE, SAME_PREFIX, UNCLAIMED_RESULT_TTL_S
from core.settings import SETTINGS, Settings
from tests.api.test_redis_jobs import ANSWER, BODY, OTHER_ANSWER, queued_id


@pytest.fixture
def settings(redis_url: str) -> Settings:
    return Settings(redis_url=redis_url)


@pytest.fixture
async def jobs(settings):
    async with open_jobs(settings) as jobs:
        yield jobs


async def pending_id(jobs, body: bytes = BODY, scope: str | None = None) -> str:
    return orjson.loads(await jobs.submit(body, scope, 0))["request_id"]


async def test_equal_requests_in_flight_are_one_job_with_one_id(jobs, store, settings, redis):
    callers = [asyncio.create_task(jobs.submit(BODY, "s", 10)) for _ in range(5)]
    job_id = await queued_id(settings)
    async with open_jobs(settings) as other:
        assert await pending_id(other, BODY, "s") == job_id
        assert (redis.zcard(IN_FLIGHT), redis.llen(QUEUE)) == (1, 0)
        assert await store.finish(job_id, ANSWER)
        assert await other.poll(job_id, 5) == ANSWER.body
    assert await asyncio.gather(*callers) == [ANSWER.body] * 5


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        pytest.param(BODY + b" ", None, id="one-byte-more"),
        pytest.param(BODY, "", id="empty-scope-is-not-the-global-one"),
        pytest.param(BODY, "g", id="scope-that-looks-like-the-mark-of-the-global-one"),
    ],
)
async def test_requests_that_differ_are_two_jobs(jobs, redis, body, scope):
    assert await pending_id(jobs) != await pending_id(jobs, body, scope)
    assert redis.zcard(IN_FLIGHT) == 2


async def test_requests_that_want_nothing_remembered_share_nothing(jobs, redis):
    body = BODY[:-1] + b', "options": {"no_cache": true}}'
    assert await pending_id(jobs, body) != await pending_id(jobs, body)
    assert redis.zcard(IN_FLIGHT) == 2


async def test_nothing_is_shared_between_scopes(jobs):
    ids = {await pending_id(jobs, BODY, scope) for scope in (None, "", "global", "1", "2")}
    assert len(ids) == 5


async def test_each_caller_leaves_in_its_own_time(jobs, store, settings):
    patient = asyncio.create_task(jobs.submit(BODY, None, 20))
    job_id = await queued_id(settings)
    assert orjson.loads(await jobs.submit(BODY, None, 0))["request_id"] == job_id
    assert orjson.loads(await jobs.submit(BODY, None, 1))["request_id"] == job_id
    await store.finish(job_id, ANSWER)
    assert await patient == ANSWER.body


async def test_sharing_needs_no_room_below_the_limit(redis_url):
    async with open_jobs(Settings(redis_url=redis_url, max_concurrent_requests=1)) as jobs:
        assert await pending_id(jobs) == await pending_id(jobs)


async def test_an_answer_without_errors_is_given_again_for_a_moment_by_any_process(jobs, store, settings, redis):
    await store.finish(await pending_id(jobs), ANSWER)
    async with open_jobs(settings) as other:
        again = [await each.submit(BODY, None, timeout_s) for each in (jobs, other) for timeout_s in (0, 5, None)]
    assert again == [ANSWER.body] * 6
    assert redis.llen(QUEUE) == 1
    [key] = redis.scan_iter(SAME_PREFIX + "*")
    assert 0 < redis.ttl(key) <= 10
    redis.delete(key)


async def test_an_answer_with_errors_is_not_given_again(jobs, store):
    first = await pending_id(jobs)
    await store.finish(first, OTHER_ANSWER)
    assert await pending_id(jobs) != first
    assert await jobs.poll(first, 0) == OTHER_ANSWER.body


async def test_an_answer_is_given_again_only_while_it_may_be(redis_url, store, settings):
    async with open_jobs(settings) as jobs:
        await store.finish(await pending_id(jobs), ANSWER)
        assert await jobs.submit(BODY, None, 0) == ANSWER.body
    assert SETTINGS["answer_reuse_s"].maximum < UNCLAIMED_RESULT_TTL_S


async def test_sharing_can_be_switched_off(redis_url, store):
    async with open_jobs(Settings(redis_url=redis_url, share_requests=False)) as jobs:
        first = await pending_id(jobs)
        assert await pending_id(jobs) != first
        await store.finish(first, ANSWER)
        assert await pending_id(jobs) != first


async def test_a_job_that_would_be_cut_short_is_not_shared(redis_url):
    async with open_jobs(Settings(redis_url=redis_url, request_timeout_s=2)) as jobs:
        first = await pending_id(jobs)
        assert orjson.loads(await jobs.poll(first, 1))["status"] == "pending"
        assert await pending_id(jobs) != first


async def test_no_digest_betrays_the_body(jobs, redis):
    await pending_id(jobs)
    assert not any(b"secret" in key for key in redis.scan_iter(SAME_PREFIX + "*"))


def test_an_answer_is_kept_for_its_time_and_not_longer():
    now = 0.0
    recent = RecentAnswers(lambda: now)
    recent.keep(b"digest", "job", b"answer", 10)
    now = 9.9
    kept = recent.get(b"digest")
    assert kept is not None
    assert (kept.job_id, kept.answer) == ("job", b"answer")
    now = 10
    assert recent.get(b"digest") is None


def test_what_has_no_digest_or_no_time_is_not_kept():
    recent = RecentAnswers()
    recent.keep(b"digest", "job", b"answer", 0)
    assert (recent.get(b"digest"), recent.get(None)) == (None, None)


def test_a_large_body_has_no_digest():
    assert digest_of(b"x" * ((1 << 20) + 1), None) is None


@given(st.lists(st.tuples(st.binary(), st.none() | st.text()), unique=True, min_size=2))
def test_digests_differ_where_scopes_differ(requests):
    # Bodies are JSON documents: none is the beginning of another one.
    digests = {digest_of(b'{"%b"}' % body.hex().encode(), scope) for body, scope in requests}
    assert len(digests) == len(requests)
