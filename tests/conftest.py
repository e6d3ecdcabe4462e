"""What many tests need: a real Redis server of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from redis import Redis

from api.redis_server import redis_server

# An example has no time limit: the first one may load the interpreted kernels, on a machine that is busy.
settings.register_profile("unmangle", deadline=None)
settings.load_profile("unmangle")


@pytest.fixture(scope="session")
def shared_redis_url() -> Iterator[str]:
    """The URL of a server that all tests of this run share."""
    with redis_server() as url:
        yield url


@pytest.fixture
def redis_url(shared_redis_url: str) -> str:
    """The URL of an empty Redis server."""
    with Redis.from_url(shared_redis_url) as client:
        client.flushall()
    return shared_redis_url
