"""The Redis client of an API process."""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from core.redis_address import sentinel_address
from core.settings import Settings

_CONNECTIONS = 32
_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 5.0


def open_redis(settings: Settings) -> Redis:
    """Return a client, which owns its connections and connects when it is used.

    What fails on a connection that broke is tried a second time on a new one; what took too long is not.
    """
    options: dict[str, Any] = {
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
        "socket_timeout": _ANSWER_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
    }
    address = sentinel_address(settings.redis_url)
    if address is None:
        pool = BlockingConnectionPool.from_url(
            settings.redis_url, max_connections=_CONNECTIONS, timeout=_ANSWER_TIMEOUT_S, **options
        )
        return Redis.from_pool(pool)
    sentinel_options = {**options, "ssl": address.tls}
    sentinel = Sentinel(address.hosts, sentinel_kwargs=sentinel_options, **options)  # type: ignore[no-untyped-call]
    client: Redis = sentinel.master_for(
        address.service, db=address.database, username=address.user, password=address.password, ssl=address.tls
    )
    return client
