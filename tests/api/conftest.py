"""The API, served over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from redis import Redis

from core.queue.celery_message import MessageWriter
from core.settings import Settings
from tests.api.service import Service, running_service
from worker.jobs.held_jobs import HeldJobs

MAX_BODY_BYTES = 100_000


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service that the tests of a module share; it takes bodies of up to ``MAX_BODY_BYTES``."""
    with running_service(Settings(symbolicate_body_max_bytes=MAX_BODY_BYTES, overload_retry_after_s=7)) as service:
        yield service


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of the server of this test."""
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[HeldJobs]:
    """The worker's side of the jobs."""
    store = HeldJobs(settings, "worker", MessageWriter("test"))
    yield store
    await store.close()
