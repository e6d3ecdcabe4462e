"""The hosts that scraping leaves alone for a while, because they keep failing.

All workers count together, in Redis.  While it can't be reached, each process counts for itself.

==============================  ======  ==========================================================================
key                             type    content, and when it goes
==============================  ======  ==========================================================================
``unmangle:failing:<digest>``   hash    failures of a host by the start of their bucket (ms), at most
                                        ``window / bucket + 1`` of them.  Goes a window after the last failure.
``unmangle:blocked:<digest>``   string  why a host is blocked, at most 500 characters.  Goes after the block time.
==============================  ======  ==========================================================================

A key has the digest of a host's name, so that its length doesn't depend on what strangers write.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable

from cachetools import TLRUCache
from redis.exceptions import RedisError

from core.blocked_hosts import BlockingRule, blocked, counts, is_too_many, reason, with_one_more
from core.errors import FetchFailed
from core.files import Failure
from core.settings import Settings
from worker.redis_clients import open_impatient_redis

_log = logging.getLogger(__name__)

_PATIENCE_S = 1.0
_REST_S = 5.0  # after Redis failed
_LONGEST_REASON = 500
_MAX_LOCAL_HOSTS = 10_000

_NOTE = """
-- KEYS: failing, blocked.  ARGV: window, bucket, threshold, block time (ms), most buckets, reason
-- The same as core.blocked_hosts, for all workers together.  Returns 1 if the host is blocked from now on.
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local window, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local bucket = now - now % size
redis.call('HINCRBY', KEYS[1], string.format('%.0f', bucket), 1)
redis.call('PEXPIRE', KEYS[1], window)
local counts = redis.call('HGETALL', KEYS[1])
local sum = 0
for i = 1, #counts, 2 do
    local age = bucket - tonumber(counts[i])
    if age > window or age >= size * tonumber(ARGV[5]) then redis.call('HDEL', KEYS[1], counts[i])
    else sum = sum + tonumber(counts[i + 1]) end
end
if sum < tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[2], ARGV[6], 'PX', ARGV[4])
return 1
"""


class DenyList:
    """Belongs to one event loop; opens no connection before the first scraping."""

    def __init__(self, settings: Settings) -> None:
        self._is_enabled = settings.deny_list_enabled
        self._never_blocked = frozenset(settings.deny_list_never_block_hosts)
        self._rule = BlockingRule(
            window_ms=settings.deny_list_window_s * 1000,
            bucket_ms=settings.deny_list_bucket_s * 1000,
            threshold=settings.deny_list_threshold,
            block_ms=settings.deny_list_block_time_s * 1000,
        )
        self._redis = open_impatient_redis(settings, _PATIENCE_S)
        self._note = self._redis.register_script(_NOTE)
        self._local = LocalDenyList(self._rule)
        self._rests_until = 0.0

    async def check(self, host: str) -> None:
        """Raise FetchFailed if ``host`` is blocked."""
        if not self._is_enabled or host in self._never_blocked:
            return
        why = await self._shared_reason(host) or self._local.reason(host)
        if why is not None:
            raise FetchFailed(blocked(host, why, self._rule))

    async def note(self, host: str, failure: Failure) -> None:
        """Count a download that failed, its retries included, if such failures count."""
        if not self._is_enabled or host in self._never_blocked or not counts(failure):
            return
        why = reason(failure)[:_LONGEST_REASON]
        is_blocked = await self._note_shared(host, why)
        if is_blocked is None:
            is_blocked = self._local.note(host, why)
        if is_blocked:
            _log.warning("the host %.300s is blocked for %d s: %s", host, self._rule.block_ms // 1000, why)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _shared_reason(self, host: str) -> str | None:
        if self._rests():
            return None
        try:
            why = await self._redis.get(_blocked_key(host))
        except RedisError as error:
            self._rest(error)
            return None
        return None if why is None else str(why)

    async def _note_shared(self, host: str, why: str) -> bool | None:
        """Return whether the host is blocked from now on, None if nobody could be told."""
        if self._rests():
            return None
        rule = self._rule
        arguments: list[bytes | bytearray | memoryview[int] | str | int | float] = [
            rule.window_ms,
            rule.bucket_ms,
            rule.threshold,
            rule.block_ms,
            rule.max_buckets,
            why,
        ]
        try:
            return bool(await self._note(keys=[_failing_key(host), _blocked_key(host)], args=arguments))
        except RedisError as error:
            self._rest(error)
            return None

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _rest(self, error: RedisError) -> None:
        if not self._rests():
            _log.warning("the list of blocked hosts can't be shared now: %s", error)
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

    def reason(self, host: str) -> str | None:
        """Return why ``host`` is blocked, None if it isn't."""
        return self._blocked.get(host)

    def note(self, host: str, why: str) -> bool:
        """Count a failure; return whether it blocks the host."""
        if host in self._blocked:
            return False
        now_ms = int(self._clock() * 1000)
        buckets = with_one_more(self._failing.get(host, {}), now_ms, self._rule)
        self._failing[host] = buckets
        if not is_too_many(buckets, now_ms, self._rule):
            return False
        self._blocked[host] = why
        return True


def _failing_key(host: str) -> str:
    return f"unmangle:failing:{_digest(host)}"


def _blocked_key(host: str) -> str:
    return f"unmangle:blocked:{_digest(host)}"


def _digest(host: str) -> str:
    return hashlib.sha256(host.encode()).hexdigest()[:32]
