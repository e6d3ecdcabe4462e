"""Deny list: hosts that scraping leaves alone for a while, because they keep failing.

A host is what a scheme, a name and a port lead to.  All workers count together, in Redis.  While it can't be reached,
each process counts for itself.  What others block is noticed within a second, as Redis is not asked for every file.

There are two pairs of keys for a host: one for a scope, one for all.  A key has a digest of the names, so that its
length doesn't depend on what strangers write.  ``core.queue.jobs`` describes the keys.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from cachetools import TLRUCache, TTLCache
from redis.exceptions import RedisError

from core.errors import FetchFailed, without_representations
from core.observing.outages import redis_outage
from core.queue.jobs import blocked_host_key, failing_host_key
from core.queue.lua_scripts import lua_script
from core.settings import Settings
from core.web.blocked_hosts import BlockingRule, blocked, failures_in_window, reason, with_one_more
from core.web.urls import Url
from worker.redis_connections import open_impatient_redis

_log = logging.getLogger(__name__)

_PATIENCE_S = 1.0
_REST_S = 5.0  # after Redis failed
_LONGEST_REASON = 500
_MAX_LOCAL_HOSTS = 10_000
_FREE_FOR_S = 1.0  # for so long a host that isn't blocked needs no second question


class Blocked(IntEnum):
    """For whom a failure blocks a host."""

    NOBODY = 0
    SCOPE = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class HostDigests:
    """Names of a host in Redis: as a scope sees it, and as all do."""

    scope: str
    all: str

    @classmethod
    def of(cls, url: Url, scope: str) -> Self:
        """Return the names of the host of ``url``."""
        scheme, host, port = url.origin
        origin = f"{scheme} {host} {port}"  # none of the three has a space
        return cls(_digest(f"scope {origin} {scope}"), _digest(f"all {origin}"))


class DenyList:
    """Belongs to one event loop; opens no connection before the first scraping.

    A host that isn't blocked counts as free for ``free_for_s``, unless it fails.
    """

    def __init__(self, settings: Settings, free_for_s: float = _FREE_FOR_S) -> None:
        self._is_enabled = settings.deny_list_enabled
        self._never_blocked = frozenset(settings.deny_list_never_block_hosts)
        self._rule = BlockingRule(
            window_ms=settings.deny_list_window_s * 1000,
            bucket_ms=settings.deny_list_bucket_s * 1000,
            threshold=settings.deny_list_threshold,
            block_ms=settings.deny_list_block_time_s * 1000,
            scopes=settings.deny_list_scopes,
        )
        self._redis = open_impatient_redis(settings, _PATIENCE_S)
        self._note = self._redis.register_script(lua_script("note_host_failure"))
        self._local = LocalDenyList(self._rule)
        self._rests_until = 0.0
        self._free: TTLCache[object, bool] = TTLCache(_MAX_LOCAL_HOSTS, free_for_s, time.monotonic)

    async def check(self, url: Url, scope: str) -> None:
        """Raise FetchFailed if the host of ``url`` is blocked for ``scope``."""
        if not self._is_enabled or url.host in self._never_blocked:
            return
        name = (url.origin, scope)
        if name in self._free:
            return
        digests = HostDigests.of(url, scope)
        why = await self._shared_reason(digests) or self._local.reason(digests)
        if why is not None:
            raise FetchFailed(blocked(url.host, why, self._rule))
        self._free[name] = True

    async def note(self, error: FetchFailed, scope: str) -> None:
        """Count a download that failed, its retries included, if that was the doing of a host."""
        url = error.at_fault
        if not self._is_enabled or url is None or url.host in self._never_blocked:
            return
        self._free.clear()  # it may be blocked for other scopes, too
        why = reason(error.failure)[:_LONGEST_REASON]
        digests = HostDigests.of(url, scope)
        for_whom = await self._note_shared(digests, why)
        if for_whom is None:
            for_whom = self._local.note(digests, why)
        if for_whom is not Blocked.NOBODY:
            whom = "all" if for_whom is Blocked.ALL else "a scope"
            seconds = self._rule.block_ms // 1000
            _log.warning(
                "the host %.300s, port %s, is blocked for %s for %d s: %s",
                url.host,
                url.effective_port,
                whom,
                seconds,
                why,
            )

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _shared_reason(self, digests: HostDigests) -> str | None:
        if self._rests():
            return None
        try:
            reasons = await self._redis.mget(blocked_host_key(digests.scope), blocked_host_key(digests.all))
        except RedisError as error:
            self._rest(error)
            return None
        return next((str(why) for why in reasons if why is not None), None)

    async def _note_shared(self, digests: HostDigests, why: str) -> Blocked | None:
        """Return for whom the host is blocked from now on, None if nobody could be told."""
        if self._rests():
            return None
        rule = self._rule
        arguments: list[bytes | bytearray | memoryview[int] | str | int | float] = [
            rule.window_ms,
            rule.bucket_ms,
            rule.threshold,
            rule.block_ms,
            rule.max_buckets,
            rule.most_of_a_scope,
            why,
        ]
        keys = [key(digest) for digest in (digests.scope, digests.all) for key in (failing_host_key, blocked_host_key)]
        try:
            return Blocked(await self._note(keys=keys, args=arguments))
        except RedisError as error:
            self._rest(error)
            return None

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _rest(self, error: RedisError) -> None:
        if not self._rests():
            redis_outage.note(f"{without_representations(str(error))} (so blocked hosts are not shared)")
        self._rests_until = time.monotonic() + _REST_S


class LocalDenyList:
    """The same for one process alone.  ``clock`` gives the Unix time."""

    def __init__(self, rule: BlockingRule, clock: Callable[[], float] = time.time) -> None:
        self._rule = rule
        self._clock = clock
        self._failing: TLRUCache[str, dict[int, int]] = TLRUCache(
            _MAX_LOCAL_HOSTS, ttu=lambda _host, _buckets, now: now + rule.window_ms / 1000, timer=clock
        )
        self._blocked: TLRUCache[str, str] = TLRUCache(
            _MAX_LOCAL_HOSTS, ttu=lambda _host, _why, now: now + rule.block_ms / 1000, timer=clock
        )

    def reason(self, digests: HostDigests) -> str | None:
        """Return why a host is blocked, None if it isn't."""
        return self._blocked.get(digests.scope) or self._blocked.get(digests.all)

    def note(self, digests: HostDigests, why: str) -> Blocked:
        """Count a failure; return for whom it blocks the host."""
        if digests.scope in self._blocked or digests.all in self._blocked:
            return Blocked.NOBODY
        of_scope = self._count(digests.scope)
        if of_scope <= self._rule.most_of_a_scope and self._count(digests.all) >= self._rule.threshold:
            self._blocked[digests.all] = why
            return Blocked.ALL
        if of_scope < self._rule.threshold:
            return Blocked.NOBODY
        self._blocked[digests.scope] = why
        return Blocked.SCOPE

    def _count(self, digest: str) -> int:
        now_ms = int(self._clock() * 1000)
        buckets = with_one_more(self._failing.get(digest, {}), now_ms, self._rule)
        self._failing[digest] = buckets
        return failures_in_window(buckets, now_ms, self._rule)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
