"""The Redis clients of a worker process.  Each belongs to the loop, or the thread, that opened it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from redis import Redis as BlockingRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry as BlockingRetry
from redis.sentinel import Sentinel as BlockingSentinel

from core.redis_address import SentinelAddress, sentinel_address
from core.settings import Settings
from worker.queues import ALL_QUEUES

_CONNECTIONS = 32
_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 5.0
_VERIFIED = {"ssl_cert_reqs": "required"}


def open_redis(settings: Settings) -> Redis:
    """Return a client for calls that are harmless to repeat: each is tried a second time on a new connection."""
    return _client(settings, _CONNECTIONS, tries_again=1, answer_timeout_s=_ANSWER_TIMEOUT_S)


def open_exchange_redis(settings: Settings) -> Redis:
    """Return a client for calls that must not be repeated unnoticed."""
    return _client(settings, len(ALL_QUEUES), tries_again=0, answer_timeout_s=_ANSWER_TIMEOUT_S)


def open_waiting_redis(settings: Settings, connections: int, longest_wait_s: float) -> Redis:
    """Return a client for calls that wait at the server, each on a connection of its own."""
    return _client(settings, connections, tries_again=0, answer_timeout_s=longest_wait_s + _ANSWER_TIMEOUT_S)


def open_impatient_redis(settings: Settings, patience_s: float) -> Redis:
    """Return a client for texts that are not worth waiting for."""
    return _client(settings, _CONNECTIONS, tries_again=0, answer_timeout_s=patience_s, decode_responses=True)


def open_blocking_redis(settings: Settings, answer_timeout_s: float) -> BlockingRedis:
    """Return a client for a thread."""
    options: dict[str, Any] = {
        "socket_connect_timeout": answer_timeout_s,
        "socket_timeout": answer_timeout_s,
        "retry": BlockingRetry(NoBackoff(), 0),
    }
    address = sentinel_address(settings.redis_url)
    if address is None:
        return BlockingRedis.from_url(settings.redis_url, **options)
    sentinel = BlockingSentinel(address.hosts, **_sentinel_options(address, options))  # type: ignore[no-untyped-call]
    client: BlockingRedis = sentinel.master_for(  # type: ignore[no-untyped-call]
        address.service, **_master_options(address)
    )
    return client


def broker_configuration(settings: Settings) -> dict[str, Any]:
    """Return how Celery is told where Redis is.  Unless told so, it does not look at certificates."""
    transport: dict[str, Any] = {"visibility_timeout": settings.request_timeout_s}
    address = sentinel_address(settings.redis_url)
    if address is None:
        tls = {"broker_use_ssl": _VERIFIED} if settings.redis_url.startswith("rediss://") else {}
        return {"broker_url": settings.redis_url, "broker_transport_options": transport, **tls}
    credentials = ""
    if address.password is not None:
        credentials = f"{quote(address.user or '', safe='')}:{quote(address.password, safe='')}@"
    urls = [
        f"sentinel://{credentials}{f'[{host}]' if ':' in host else host}:{port}/{address.database}"
        for host, port in address.hosts
    ]
    return {
        "broker_url": ";".join(urls),
        "broker_transport_options": {
            **transport,
            "master_name": address.service,
            "sentinel_kwargs": {"ssl": address.tls},
        },
        **({"broker_use_ssl": _VERIFIED} if address.tls else {}),
    }


def _client(
    settings: Settings, connections: int, *, tries_again: int, answer_timeout_s: float, decode_responses: bool = False
) -> Redis:
    options: dict[str, Any] = {
        "socket_connect_timeout": min(_CONNECT_TIMEOUT_S, answer_timeout_s),
        "socket_timeout": answer_timeout_s,
        "retry": Retry(NoBackoff(), tries_again),
    }
    address = sentinel_address(settings.redis_url)
    if address is None:
        pool = BlockingConnectionPool.from_url(
            settings.redis_url,
            max_connections=connections,
            timeout=_ANSWER_TIMEOUT_S,
            decode_responses=decode_responses,
            **options,
        )
        return Redis.from_pool(pool)
    sentinel = Sentinel(address.hosts, **_sentinel_options(address, options))  # type: ignore[no-untyped-call]
    client: Redis = sentinel.master_for(address.service, decode_responses=decode_responses, **_master_options(address))
    return client


def _master_options(address: SentinelAddress) -> dict[str, Any]:
    return {"db": address.database, "username": address.user, "password": address.password, "ssl": address.tls}


def _sentinel_options(address: SentinelAddress, options: dict[str, Any]) -> dict[str, Any]:
    return {"sentinel_kwargs": {**options, "ssl": address.tls}, **options}
