"""One deployment that the tests of a module share: an API, a worker, and a server for files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from redis import Redis

from api.serving.redis_server import redis_server
from tests.deployment import Api, Deployment
from tests.worker.source_server import SourceServer


@pytest.fixture(scope="module")
def own_redis_url() -> Iterator[str]:
    """The URL of a Redis server for this module: other tests may empty theirs."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="module")
def deployment(own_redis_url: str) -> Iterator[Deployment]:
    with Deployment(own_redis_url) as deployment:
        yield deployment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(deployment: Deployment) -> AsyncIterator[Api]:
    """An API process with a worker behind it."""
    api = deployment.start_api()
    deployment.start_worker()
    await api.wait_for_workers()
    yield api


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server


@pytest.fixture
def redis(own_redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(own_redis_url) as client:
        yield client


@pytest.fixture
def fleet(redis_url):
    """A deployment of the test's own, on an empty Redis server."""
    with Deployment(redis_url) as deployment:
        yield deployment


@pytest.fixture
def fleet_redis(redis_url):
    """The Redis server of the fleet."""
    with Redis.from_url(redis_url) as client:
        yield client
