"""Celery's way to Redis: kombu's own transport, on connections made as all others of this process are.

kombu reads URLs in its own way, and knows neither all addresses nor all options.  So it gets connections from the one
reading (``core.queue.redis_address``), and a URL only to show.  Its keys begin with ``BROKER_PREFIX``.

Made for kombu 5.7: ``kombu.transport.redis.Channel._connparams``, ``_get_pool``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import Redis
from redis.sentinel import Sentinel, SentinelManagedConnection, SentinelManagedSSLConnection

from core.queue.jobs import BROKER_PREFIX
from core.queue.redis_address import RedisAddress, connection_options, redis_address, sentinel_options
from core.settings import Settings
from worker.redis_connections import NO_NOTIFICATIONS, blocking_connection_class

_ANSWER_TIMEOUT_S = 10.0
"""Without one, a server that vanished without a word would keep the worker's main thread, and signals, for ever."""


def broker_configuration(settings: Settings) -> dict[str, Any]:
    """Return how Celery is told where Redis is, and what is ours there."""
    address = redis_address(settings.redis_url)
    return {
        "broker_url": _shown(address),
        "broker_transport": _transport(address),
        "broker_transport_options": {
            "global_keyprefix": BROKER_PREFIX,
            "visibility_timeout": settings.request_timeout_s,
            "priority_steps": [0],  # jobs have one priority: else the stock consumer would wait at four lists a queue
            "health_check_interval": address.health_check_interval_s or kombu_redis.DEFAULT_HEALTH_CHECK_INTERVAL,
        },
    }


def _shown(address: RedisAddress) -> str:
    """Return a URL that Celery logs and monitors show.  Nobody connects to it."""
    if address.socket is not None:
        return f"redis://localhost/{address.database}"
    host, port = address.hosts[0]
    return f"{'rediss' if address.tls else 'redis'}://{f'[{host}]' if ':' in host else host}:{port}/{address.database}"


@cache
def _transport(address: RedisAddress) -> str:
    """Return the name by which kombu knows the transport to an address.  A class could not be shown by ``inspect``."""
    name = f"unmangle-{len(TRANSPORT_ALIASES)}"
    transport = _transport_class(address)
    TRANSPORT_ALIASES[name] = lambda: transport  # type: ignore[assignment]  # which kombu calls
    return name


def _transport_class(address: RedisAddress) -> Any:
    """Return kombu's transport to an address."""

    class Channel(kombu_redis.Channel):
        def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
            connection_class = _connection_class(address)
            if asynchronous:
                connection_class = _watched(connection_class, self)
            return {**_options(address), "connection_class": connection_class}

        def _get_pool(self, asynchronous: bool = False) -> Any:
            if address.service is None:
                return super()._get_pool(asynchronous)  # type: ignore[misc]
            options = self._connparams(asynchronous)
            self.keyprefix_fanout = self.keyprefix_fanout.format(db=address.database)
            sentinel = Sentinel(address.hosts, sentinel_kwargs={**sentinel_options(address), **_common(address)})  # type: ignore[no-untyped-call]
            # Kept under the names by which kombu closes them.
            if asynchronous:
                self._async_sentinel_manager = sentinel
            else:
                self._sentinel_manager = sentinel
            return sentinel.master_for(address.service, Redis, **options).connection_pool  # type: ignore[no-untyped-call]

    class Transport(kombu_redis.Transport):
        pass

    Transport.Channel = Channel
    return Transport


def _options(address: RedisAddress) -> dict[str, Any]:
    return {**connection_options(address), **_common(address)}


def _common(address: RedisAddress) -> dict[str, Any]:
    timeouts = {"socket_connect_timeout": address.connect_timeout_s, "socket_timeout": _ANSWER_TIMEOUT_S}
    return {**timeouts, **NO_NOTIFICATIONS}


def _connection_class(address: RedisAddress) -> type[Any]:
    if address.service is None:
        return blocking_connection_class(address)
    return SentinelManagedSSLConnection if address.tls else SentinelManagedConnection


def _watched(connection_class: type[Any], channel: Any) -> type[Any]:
    """Return a class of connections that tell ``channel`` when they close, so that its poller forgets them."""

    class Connection(connection_class):  # type: ignore[misc]
        def disconnect(self, *arguments: Any, **options: Any) -> None:
            super().disconnect(*arguments, **options)
            if channel._registered:  # noqa: SLF001  (as kombu's own class does)
                channel._on_connection_disconnect(self)  # noqa: SLF001

    return Connection
