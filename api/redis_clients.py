"""The Redis client of an API process."""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.maint_notifications import MaintNotificationsConfig

from core.queue.redis_address import RedisAddress, connection_options, redis_address, sentinel_options
from core.settings import Settings

_CONNECTIONS = 32

# With these, redis-py does not notice that a server has closed a connection that was idle, and uses it.
_NO_NOTIFICATIONS = {"maint_notifications_config": MaintNotificationsConfig(enabled=False)}


def open_redis(settings: Settings) -> Redis:
    """Return a client, which owns its connections and connects when it is used.

    What fails on a connection that broke is tried a second time on a new one; what took too long is not.
    """
    address = redis_address(settings.redis_url)
    common: dict[str, Any] = {
        "socket_connect_timeout": address.connect_timeout_s,
        "socket_timeout": address.answer_timeout_s,
        "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
        **_NO_NOTIFICATIONS,
    }
    options = {**connection_options(address), **common}
    if address.service is not None:
        sentinel = Sentinel(address.hosts, sentinel_kwargs={**sentinel_options(address), **common})  # type: ignore[no-untyped-call]
        client: Redis = sentinel.master_for(address.service, ssl=address.tls, **options)
        return client
    pool = BlockingConnectionPool(
        max_connections=_CONNECTIONS,
        timeout=address.answer_timeout_s,
        connection_class=_connection_class(address),
        **options,
    )
    return Redis.from_pool(pool)


def _connection_class(address: RedisAddress) -> type[Any]:
    if address.socket is not None:
        return UnixDomainSocketConnection
    return SSLConnection if address.tls else Connection
