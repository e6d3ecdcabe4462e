"""Jobs as a worker sees them: look at one, store its answer.  The keys are described in ``core.jobs``."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.errors import StoreUnavailable
from core.jobs import IN_FLIGHT, UNCLAIMED_RESULT_TTL_S, job_key, payload_key, result_key
from core.settings import Settings

_CONNECTIONS = 32
_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 5.0

_NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

_BEGIN = (
    _NOW
    + """
-- KEYS: job, payload.  Returns the body, the time left (ms) and the scope (nil = global); or nil if there is nothing
-- left to do: the job has ended, or its time is up.
local body = redis.call('GET', KEYS[2])
local record = redis.call('HMGET', KEYS[1], 'deadline_ms', 'scope')
if not body or not record[1] or now >= tonumber(record[1]) then return nil end
return {body, record[1] - now, record[2]}
"""
)

_FINISH = (
    _NOW
    + """
-- KEYS: job, payload, result, in-flight.
-- ARGV: id, the answer, its time to live (s) if the id was handed out, and else
-- The first answer is final, and after the deadline none is stored: polls answer ``timeout`` from then on.
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[4], ARGV[1])
local record = redis.call('HGETALL', KEYS[1])
local deadline, handed_out, channels = nil, false, {}
for i = 1, #record, 2 do
    local channel = string.match(record[i], '^waiter:(.*)$')
    if record[i] == 'deadline_ms' then deadline = tonumber(record[i + 1])
    elseif record[i] == 'handed_out' then handed_out = true
    elseif channel then table.insert(channels, channel) end
end
if not deadline or now >= deadline then return 0 end
redis.call('SET', KEYS[3], ARGV[2], 'EX', handed_out and ARGV[3] or ARGV[4])
redis.call('DEL', KEYS[1])
for _, channel in ipairs(channels) do redis.call('PUBLISH', channel, ARGV[1]) end
return 1
"""
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job to run: the request body as it came, the time it may still take, and whose caches it uses."""

    id: str
    body: bytes
    left_s: float
    scope: str | None


class JobStore:
    """The job records of a deployment, for one worker process."""

    def __init__(self, settings: Settings) -> None:
        self._pool = BlockingConnectionPool.from_url(
            settings.redis_url,
            max_connections=_CONNECTIONS,
            timeout=_ANSWER_TIMEOUT_S,
            socket_connect_timeout=_CONNECT_TIMEOUT_S,
            socket_timeout=_ANSWER_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis(connection_pool=self._pool)
        self._result_ttl_s = settings.result_ttl_s
        self._begin = self._redis.register_script(_BEGIN)
        self._finish = self._redis.register_script(_FINISH)

    async def begin(self, job_id: str) -> Job | None:
        """Return the job, or None if it has ended or its time is up.  Raises StoreUnavailable."""
        try:
            found = await self._begin(keys=[job_key(job_id), payload_key(job_id)])
        except RedisError as error:
            raise StoreUnavailable(str(error)) from error
        if found is None:
            return None
        body, left_ms, *scope = found
        return Job(job_id, body, left_ms / 1000, scope[0].decode() if scope and scope[0] is not None else None)

    async def finish(self, job_id: str, answer: bytes) -> bool:
        """Store the answer and wake those who wait for it; False if the job already had one, or came too late.

        Harmless to repeat.  Raises StoreUnavailable.
        """
        keys = [job_key(job_id), payload_key(job_id), result_key(job_id), IN_FLIGHT]
        try:
            stored = await self._finish(keys=keys, args=[job_id, answer, self._result_ttl_s, UNCLAIMED_RESULT_TTL_S])
        except RedisError as error:
            raise StoreUnavailable(str(error)) from error
        return bool(stored)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        await self._pool.aclose()
