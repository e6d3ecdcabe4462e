"""The Redis clients of a worker process.  Each belongs to the loop, or the thread, that opened it."""

from __future__ import annotations

from redis import Redis as BlockingRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.retry import Retry as BlockingRetry

from core.settings import Settings
from worker.queues import ALL_QUEUES

_CONNECTIONS = 32
_CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 5.0


def open_redis(settings: Settings) -> Redis:
    """Return a client for calls that are harmless to repeat: each is tried a second time on a new connection."""
    return _client(settings, _CONNECTIONS, tries_again=1, answer_timeout_s=ANSWER_TIMEOUT_S)


def open_exchange_redis(settings: Settings) -> Redis:
    """Return a client for calls that must not be repeated unnoticed."""
    return _client(settings, len(ALL_QUEUES), tries_again=0, answer_timeout_s=ANSWER_TIMEOUT_S)


def open_waiting_redis(settings: Settings, connections: int, longest_wait_s: float) -> Redis:
    """Return a client for calls that wait at the server, each on a connection of its own."""
    return _client(settings, connections, tries_again=0, answer_timeout_s=longest_wait_s + ANSWER_TIMEOUT_S)


def open_blocking_redis(settings: Settings, answer_timeout_s: float) -> BlockingRedis:
    """Return a client for a thread."""
    return BlockingRedis.from_url(
        settings.redis_url,
        socket_connect_timeout=answer_timeout_s,
        socket_timeout=answer_timeout_s,
        retry=BlockingRetry(NoBackoff(), 0),
    )


def _client(settings: Settings, connections: int, *, tries_again: int, answer_timeout_s: float) -> Redis:
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=connections,
        timeout=ANSWER_TIMEOUT_S,
        socket_connect_timeout=_CONNECT_TIMEOUT_S,
        socket_timeout=answer_timeout_s,
        retry=Retry(NoBackoff(), tries_again),
    )
    return Redis.from_pool(pool)
