"""Names of worker processes, and whether one of them lives.

A process is a node of Celery, ``name@host``, and in Redis beats as ``name@host:token``: whoever takes over a name is
somebody else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from typing import Any

from redis.exceptions import RedisError

from core.errors import StoreUnavailable
from core.queue.jobs import HEARTBEAT_LIFE_MS, WORKERS
from core.settings import Settings
from worker.redis_connections import open_blocking_redis

_PATIENCE_S = 3.0


def node_name(name: str | None = None) -> str:
    """Return the name of a node, which is on this host if it doesn't say; without ``name``, of this process."""
    if name is not None and "@" in name:
        return name
    return f"{name or f'worker-{os.getpid()}'}@{socket.gethostname()}"


def worker_id(node: str) -> str:
    """Return a new id for a process that is the node ``node``."""
    return f"{node}:{secrets.token_hex(4)}"


def beating(settings: Settings) -> frozenset[str]:
    """Return the names of the nodes that live, by their heartbeats.  Raises StoreUnavailable if Redis doesn't say."""
    try:
        with contextlib.closing(open_blocking_redis(settings, _PATIENCE_S)) as redis:
            seconds, _ = redis.time()
            found: Any = redis.zrangebyscore(WORKERS, seconds * 1000 - HEARTBEAT_LIFE_MS, "+inf")
            return frozenset(worker.decode().rpartition(":")[0] for worker in found)
    except RedisError as error:
        raise StoreUnavailable(str(error)) from error
