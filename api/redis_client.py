"""Redis client of an API process, and the check of the server when the process starts."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError, RedisError
from redis.maint_notifications import MaintNotificationsConfig

from core.errors import StoreUnavailable, without_representations
from core.observing.health import HealthFinding, Level, judge_quiet_redis, judge_redis, redis_facts, redis_is_away
from core.queue.redis_address import RedisAddress, connection_options, redis_address, sentinel_options

_CONNECTIONS = 32

# With these, redis-py does not notice that a server has closed a connection that was idle, and uses it.
_NO_NOTIFICATIONS = {"maint_notifications_config": MaintNotificationsConfig(enabled=False)}


_log = logging.getLogger(__name__)

_LEVELS = {Level.OK: logging.DEBUG, Level.NOTE: logging.INFO, Level.PROBLEM: logging.ERROR}


def open_redis(url: str) -> Redis:
    """Return a client, which owns its connections and connects when it is used.

    What fails on a connection that broke is tried a second time on a new one; what took too long is not.
    """
    address = redis_address(url)
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


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turn what the client raises into StoreUnavailable."""
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(str(error)) from error


async def log_findings(redis: Redis) -> None:
    """Check Redis, and log what isn't fine."""
    for finding in await redis_findings(redis):
        _log.log(_LEVELS[finding.level], "%s", finding)


async def redis_findings(redis: Redis) -> list[HealthFinding]:
    """Return the findings about Redis."""
    try:
        seconds, microseconds = await redis.time()
        ahead_s = seconds + microseconds / 1e6 - time.time()
        try:
            info = await redis.info()
        except NoPermissionError:
            return judge_quiet_redis(ahead_s)
        return judge_redis(redis_facts(info, await _save(redis), ahead_s))
    except RedisError as error:
        return [redis_is_away(without_representations(str(error)))]


def _connection_class(address: RedisAddress) -> type[Any]:
    if address.socket is not None:
        return UnixDomainSocketConnection
    return SSLConnection if address.tls else Connection


async def _save(redis: Redis) -> str | None:
    """Return when the server writes snapshots; hosted ones don't say."""
    try:
        found = await redis.config_get("save")
    except RedisError:
        return None
    return str(found.get("save", ""))
