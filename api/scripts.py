"""What the API asks of Redis, each in one atomic step.  The keys are described in ``core.queue.jobs``.

``now`` is the Redis server's clock in milliseconds.  Keys are made from ids here: which ones a script touches is known
only when it runs.  Redis allows that on one server; a cluster would not.
"""

from __future__ import annotations

from core.queue.jobs import (
    CACHES,
    COUNTS,
    IN_FLIGHT,
    JOB_PREFIX,
    PAYLOAD_PREFIX,
    PROBE_KEY,
    RESULT_PREFIX,
    SAME_PREFIX,
    TAKEN_PREFIX,
    WORKERS,
)

_COMMON = f"""
local JOB, PAYLOAD, RESULT, SAME = '{JOB_PREFIX}', '{PAYLOAD_PREFIX}', '{RESULT_PREFIX}', '{SAME_PREFIX}'
local IN_FLIGHT = '{IN_FLIGHT}'
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

ACCEPT = (
    _COMMON
    + """
-- ARGV: limit (-1 = none), time allowed (ms), life of the record after it (ms), the process's channel; then for each
--       submission: id, body, message, queue, 1 if the id is handed out at once, digest ('' = shares nothing),
--       'g' for the global scope, else 's' and the scope, traceparent ('' = none), log fields ('' = none).
-- Returns for each: 0 if as many jobs as allowed are in flight; else the id of its job, and if that is one that has
-- ended already, also the answer, and for how long this may be given to others (ms).
local limit, allowed, life, channel = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local in_flight = limit >= 0 and redis.call('ZCOUNT', IN_FLIGHT, '(' .. now, '+inf')

local function note_caller(id, handed_out)
    redis.call('HSET', JOB .. id, handed_out == '1' and 'handed_out' or 'waiter:' .. channel, 1)
end

local function job_of_the_same(digest, handed_out)
    local id = digest ~= '' and redis.call('GET', SAME .. digest)
    if not id then return nil end
    local answer = redis.call('GET', RESULT .. id)
    if answer then return {id, answer, redis.call('PTTL', SAME .. digest)} end
    local deadline = redis.call('HGET', JOB .. id, 'deadline_ms')
    if not deadline or deadline - now < allowed / 2 then return nil end  -- would be cut short
    note_caller(id, handed_out)
    return {id}
end

local function new_job(id, body, message, queue, handed_out, digest, scope, traceparent, log_fields)
    if in_flight then
        if in_flight >= limit then return 0 end
        in_flight = in_flight + 1
    end
    local deadline = now + allowed
    redis.call('ZADD', IN_FLIGHT, deadline, id)
    redis.call('HSET', JOB .. id, 'deadline_ms', deadline, 'queue', queue)
    note_caller(id, handed_out)
    if scope ~= 'g' then redis.call('HSET', JOB .. id, 'scope', string.sub(scope, 2)) end
    if traceparent ~= '' then redis.call('HSET', JOB .. id, 'traceparent', traceparent) end
    if log_fields ~= '' then redis.call('HSET', JOB .. id, 'log_fields', log_fields) end
    redis.call('PEXPIREAT', JOB .. id, deadline + life)
    redis.call('SET', PAYLOAD .. id, body, 'PXAT', deadline)
    if digest ~= '' then
        redis.call('HSET', JOB .. id, 'digest', digest)
        redis.call('SET', SAME .. digest, id, 'PXAT', deadline)
    end
    redis.call('LPUSH', queue, message)
    return {id}
end

local outcomes = {}
for i = 5, #ARGV, 9 do
    local id, _, _, _, handed_out, digest = unpack(ARGV, i, i + 5)
    table.insert(outcomes, job_of_the_same(digest, handed_out) or new_job(unpack(ARGV, i, i + 8)))
end
-- Last, because a Redis that is full refuses to add anything, but not to a script that has written before.
redis.call('ZREMRANGEBYSCORE', IN_FLIGHT, '-inf', now)
return outcomes
"""
)

LOOK = (
    _COMMON
    + """
-- ARGV: for each look, an id and the field of the job's record to set if the job goes on.
-- Returns for each: the answer's bytes and how long they stay (ms); else how long the job may go on (ms, 0 = its time
-- is up); else nil: unknown id.
local function look(id, field)
    local answer = redis.call('GET', RESULT .. id)
    if answer then return {answer, redis.call('PTTL', RESULT .. id)} end
    local deadline = redis.call('HGET', JOB .. id, 'deadline_ms')
    if not deadline then return false end
    if now >= tonumber(deadline) then return 0 end
    redis.call('HSET', JOB .. id, field, 1)
    return deadline - now
end

redis.call('DEL', JOB)  -- there is none; but a Redis that is full lets a script add that has written before
local seen = {}
for i = 1, #ARGV, 2 do table.insert(seen, look(ARGV[i], ARGV[i + 1])) end
return seen
"""
)

_WATCH = (
    _COMMON
    + f"""
local WORKERS, TAKEN = '{WORKERS}', '{TAKEN_PREFIX}'
local function living() return redis.call('ZRANGEBYSCORE', WORKERS, '(' .. (now - ARGV[1]), '+inf') end
"""
)

OVERVIEW = (
    _WATCH
    + f"""
-- KEYS: queues.  ARGV: life of a heartbeat (ms).
-- Returns how many jobs are in flight, how many workers hold, how many workers live; for each queue its length and the
-- time left to its oldest job (ms, -1 = unknown); the bytes of caches by host, and the counts.
local CACHE_IS_KNOWN_FOR = 60000
local running, queues, caches, seen = 0, {{}}, {{}}, redis.call('HGETALL', '{CACHES}')
for _, worker in ipairs(redis.call('ZRANGE', WORKERS, 0, -1)) do
    running = running + redis.call('SCARD', TAKEN .. worker)
end
local function left_to_oldest(queue)
    local read, content = pcall(cjson.decode, redis.call('LINDEX', queue, -1) or '')
    local id = read and type(content) == 'table' and content['headers'] and content['headers']['id']
    local deadline = id and redis.call('ZSCORE', IN_FLIGHT, id)
    return deadline and math.max(deadline - now, 0) or -1
end
for _, queue in ipairs(KEYS) do table.insert(queues, {{redis.call('LLEN', queue), left_to_oldest(queue)}}) end
for i = 1, #seen, 2 do
    local size, at = string.match(seen[i + 1], '^(%d+) (%d+)$')
    if at and now - at < CACHE_IS_KNOWN_FOR then
        table.insert(caches, seen[i])
        table.insert(caches, size)
    end
end
local in_flight = redis.call('ZCOUNT', IN_FLIGHT, '(' .. now, '+inf')
return {{in_flight, running, #living(), queues, caches, redis.call('HGETALL', '{COUNTS}')}}
"""
)

PROBE = (
    _WATCH
    + f"""
-- ARGV: life of a heartbeat (ms).  Writes something, as a job would, and returns how many workers live.
redis.call('SET', '{PROBE_KEY}', 1, 'PX', 1000)
return #living()
"""
)
