"""What the API asks of Redis, each in one atomic step.  The keys are described in ``core.jobs``.

``now`` is the Redis server's clock in milliseconds.
"""

from __future__ import annotations

_NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

ACCEPT = (
    _NOW
    + """
-- KEYS: in-flight, job, payload, queue.
-- ARGV: id, limit (-1 = none), time allowed (ms), life of the record after it (ms), body, message, waiter's channel,
--       1 if the id is handed out at once, then the scope unless it is the global one
-- Returns 1, or 0 if as many jobs as allowed are in flight.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local limit = tonumber(ARGV[2])
if limit >= 0 and redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
local deadline = now + ARGV[3]
redis.call('ZADD', KEYS[1], deadline, ARGV[1])
redis.call('HSET', KEYS[2], 'deadline_ms', deadline, 'queue', KEYS[4], 'waiter:' .. ARGV[7], 1)
if ARGV[8] == '1' then redis.call('HSET', KEYS[2], 'handed_out', 1) end
if ARGV[9] then redis.call('HSET', KEYS[2], 'scope', ARGV[9]) end
redis.call('PEXPIREAT', KEYS[2], deadline + ARGV[4])
redis.call('SET', KEYS[3], ARGV[5], 'PXAT', deadline)
redis.call('LPUSH', KEYS[4], ARGV[6])
return 1
"""
)

LOOK = (
    _NOW
    + """
-- KEYS: result, job.  ARGV: the field of the job's record to set if the job goes on.
-- Returns the answer's bytes; else how long the job may go on (ms, 0 = its time is up); else nil: unknown id.
local result = redis.call('GET', KEYS[1])
if result then return result end
local deadline = redis.call('HGET', KEYS[2], 'deadline_ms')
if not deadline then return nil end
if now >= tonumber(deadline) then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], 1)
return deadline - now
"""
)
