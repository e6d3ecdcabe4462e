"""The Redis clients of a worker process.  Each belongs to the loop, or the thread, that opened it."""

from __future__ import annotations

from typing import Any

from redis import Redis as BlockingRedis
from redis import connection as blocking
from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry as BlockingRetry
from redis.sentinel import Sentinel as BlockingSentinel

from core.queue.jobs import TASKS
from core.queue.redis_address import RedisAddress, connection_options, redis_address, sentinel_options
from core.settings import Settings

_CONNECTIONS = 32

# With these, redis-py does not notice that a server has closed a connection that was idle, and uses it.
NO_NOTIFICATIONS = {"maint_notifications_config": MaintNotificationsConfig(enabled=False)}


def open_redis(settings: Settings) -> Redis:
    """Return a client for calls that are harmless to repeat: each is tried a second time on a new connection."""
    return _client(settings, _CONNECTIONS, tries_again=1)


def open_feed_redis(settings: Settings) -> Redis:
    """Return a client for calls that must not be repeated unnoticed."""
    return _client(settings, len(TASKS), tries_again=0)


def open_waiting_redis(settings: Settings, connections: int, longest_wait_s: float) -> Redis:
    """Return a client for calls that wait at the server, each on a connection of its own."""
    return _client(settings, connections, tries_again=0, longest_wait_s=longest_wait_s)


def open_impatient_redis(settings: Settings, patience_s: float) -> Redis:
    """Return a client for texts that are not worth waiting for."""
    return _client(settings, _CONNECTIONS, tries_again=0, patience_s=patience_s, decode_responses=True)


def open_blocking_redis(settings: Settings, answer_timeout_s: float) -> BlockingRedis:
    """Return a client for a thread."""
    address = redis_address(settings.redis_url)
    common: dict[str, Any] = {
        "socket_connect_timeout": answer_timeout_s,
        "socket_timeout": answer_timeout_s,
        "retry": BlockingRetry(NoBackoff(), 0),
        **NO_NOTIFICATIONS,
    }
    options = {**connection_options(address), **common}
    if address.service is None:
        pool = blocking.ConnectionPool(connection_class=blocking_connection_class(address), **options)
        return BlockingRedis.from_pool(pool)
    sentinel = BlockingSentinel(address.hosts, sentinel_kwargs={**sentinel_options(address), **common})  # type: ignore[no-untyped-call]
    client: BlockingRedis = sentinel.master_for(address.service, ssl=address.tls, **options)  # type: ignore[no-untyped-call]
    return client


def blocking_connection_class(address: RedisAddress) -> type[Any]:
    """Return the class of connections of a thread to the one server of an address."""
    if address.socket is not None:
        return blocking.UnixDomainSocketConnection
    return blocking.SSLConnection if address.tls else blocking.Connection


def _client(
    settings: Settings,
    connections: int,
    *,
    tries_again: int,
    patience_s: float | None = None,
    longest_wait_s: float = 0,
    decode_responses: bool = False,
) -> Redis:
    address = redis_address(settings.redis_url)
    patience_s = address.answer_timeout_s if patience_s is None else patience_s
    common: dict[str, Any] = {
        "socket_connect_timeout": min(address.connect_timeout_s, patience_s),
        "socket_timeout": longest_wait_s + patience_s,
        "retry": Retry(NoBackoff(), tries_again),
        **NO_NOTIFICATIONS,
    }
    options = {**connection_options(address), **common, "decode_responses": decode_responses}
    if address.service is not None:
        sentinel = Sentinel(address.hosts, sentinel_kwargs={**sentinel_options(address), **common})  # type: ignore[no-untyped-call]
        client: Redis = sentinel.master_for(address.service, ssl=address.tls, **options)
        return client
    pool = BlockingConnectionPool(
        max_connections=connections,
        timeout=address.answer_timeout_s,
        connection_class=_connection_class(address),
        **options,
    )
    return Redis.from_pool(pool)


def _connection_class(address: RedisAddress) -> type[Any]:
    if address.socket is not None:
        return UnixDomainSocketConnection
    return SSLConnection if address.tls else Connection
