"""What workers ask of Redis, each in one atomic step.  The keys are described in ``core.queue.jobs``.

``now`` is the Redis server's clock in milliseconds.  Keys are made from ids here: which ones a script touches is known
only when it runs.  Redis allows that on one server; a cluster would not.
"""

from __future__ import annotations

from core.queue.celery_message import ID_MARK, QUEUE_MARK
from core.queue.jobs import (
    BROKER_PREFIX,
    CACHES,
    COUNTS,
    IN_FLIGHT,
    JOB_PREFIX,
    PAYLOAD_PREFIX,
    QUEUE,
    REAPER,
    REAPER_WAITS,
    RESULT_PREFIX,
    SAME_PREFIX,
    SYMBOLICATE_JS,
    TAKEN_PREFIX,
    UNCLAIMED_RESULT_TTL_S,
    WORKERS,
)

_COMMON = f"""
local JOB, PAYLOAD, RESULT = '{JOB_PREFIX}', '{PAYLOAD_PREFIX}', '{RESULT_PREFIX}'
local SAME, TAKEN = '{SAME_PREFIX}', '{TAKEN_PREFIX}'
local IN_FLIGHT, WORKERS, REAPER, REAPER_WAITS = '{IN_FLIGHT}', '{WORKERS}', '{REAPER}', '{REAPER_WAITS}'
local ID_MARK, QUEUE_MARK, BROKER_PREFIX = '{ID_MARK}', '{QUEUE_MARK}', '{BROKER_PREFIX}'
local QUEUE, TASK, UNCLAIMED_TTL_S = '{QUEUE}', '{SYMBOLICATE_JS}', {UNCLAIMED_RESULT_TTL_S}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

_CLAIM = """
-- Returns what is to be done for a job: id, body (false if Redis evicted it, which it must not), time left (ms), scope
-- (false = global), deaths, traceparent, log fields.  Or nil if there is nothing to do: it has ended, its time is up,
-- or somebody else holds it.
local function claim(id, me)
    local record = redis.call(
        'HMGET', JOB .. id, 'deadline_ms', 'scope', 'worker', 'deaths', 'traceparent', 'log_fields')
    if not record[1] or now >= tonumber(record[1]) or (record[3] and record[3] ~= me) then return nil end
    redis.call('HSET', JOB .. id, 'worker', me)
    redis.call('SADD', TAKEN .. me, id)
    -- The last call of a worker that died may come after its death was reported: so it is found dead once more.
    redis.call('ZADD', WORKERS, 'NX', now, me)
    local body = redis.call('GET', PAYLOAD .. id)
    return {id, body, record[1] - now, record[2], tonumber(record[4] or 0), record[5] or '', record[6] or ''}
end
"""

_FINISH = """
-- The first answer is final, and after the deadline none is stored: polls answer ``timeout`` from then on.
-- Requests that equal this one are given the same answer for another ``reuse_ms``.
-- Returns 1 if the answer was stored.  ``tell`` wakes those who wait for the answers that were.
local notices = {}
local function finish(id, answer, ttl_s, reuse_ms)
    redis.call('DEL', PAYLOAD .. id)
    redis.call('ZREM', IN_FLIGHT, id)
    local record = redis.call('HGETALL', JOB .. id)
    local deadline, handed_out, digest, channels = nil, false, nil, {}
    for i = 1, #record, 2 do
        local channel = string.match(record[i], '^waiter:(.*)$')
        if record[i] == 'deadline_ms' then deadline = tonumber(record[i + 1])
        elseif record[i] == 'handed_out' then handed_out = true
        elseif record[i] == 'digest' then digest = record[i + 1]
        elseif channel then table.insert(channels, channel) end
    end
    if not deadline or now >= deadline then return 0 end
    redis.call('SET', RESULT .. id, answer, 'EX', handed_out and ttl_s or UNCLAIMED_TTL_S)
    redis.call('DEL', JOB .. id)
    if digest and redis.call('GET', SAME .. digest) == id then
        redis.call('PEXPIRE', SAME .. digest, reuse_ms)  -- 0 is at once
    end
    for _, channel in ipairs(channels) do
        notices[channel] = notices[channel] and (notices[channel] .. ' ' .. id) or id
    end
    return 1
end
local function tell()
    for channel, ids in pairs(notices) do redis.call('PUBLISH', channel, ids) end
end
"""

_REQUEUE = """
-- Puts a job that nobody holds at the head of its queue; ``template``: see ``core.queue.celery_message``.
local function requeue(id, template)
    local queue = redis.call('HGET', JOB .. id, 'queue') or QUEUE
    redis.call('HDEL', JOB .. id, 'worker', 'process')
    local name = string.sub(queue, #BROKER_PREFIX + 1)
    local message = string.gsub(string.gsub(template, ID_MARK, id), QUEUE_MARK, name)
    redis.call('RPUSH', queue, message)
end
"""

BEGIN = (
    _COMMON
    + _CLAIM
    + """
-- ARGV: worker, id.  Returns the job, or nil.
return claim(ARGV[2], ARGV[1])
"""
)

EXCHANGE = (
    _COMMON
    + _CLAIM
    + _FINISH
    + """
-- KEYS: queue.
-- ARGV: worker, life of what the worker holds (ms), time to live of answers that were handed out (s), how many jobs to
--       take; then id, answer and time to reuse it (ms) of each job that ended.
-- Returns the jobs taken, and the messages that were none of ours.
local me, count = ARGV[1], tonumber(ARGV[4])
local held = TAKEN .. me
for i = 5, #ARGV, 3 do
    finish(ARGV[i], ARGV[i + 1], ARGV[3], ARGV[i + 2])
    redis.call('SREM', held, ARGV[i])
end
tell()
local jobs, refused = {}, {}
for _, message in ipairs(count > 0 and redis.call('RPOP', KEYS[1], count) or {}) do
    local read, content = pcall(cjson.decode, message)
    local headers = read and content['content-type'] == 'application/json' and content['headers']
    if headers and headers['task'] == TASK and type(headers['id']) == 'string' then
        -- A job that is held already has been sent twice.
        local job = redis.call('SISMEMBER', held, headers['id']) == 0 and claim(headers['id'], me)
        if job then table.insert(jobs, job) end
    else
        table.insert(refused, message)
    end
end
if #jobs > 0 then redis.call('PEXPIRE', held, ARGV[2]) end
return {jobs, refused}
"""
)

HELD = (
    _COMMON
    + _CLAIM
    + """
-- ARGV: worker, queue, ids of the jobs it knows of.  Returns those from this queue that it holds without knowing,
-- because an answer of ours got lost.
local known, jobs = {}, {}
for i = 3, #ARGV do known[ARGV[i]] = true end
for _, id in ipairs(redis.call('SMEMBERS', TAKEN .. ARGV[1])) do
    if not known[id] and (redis.call('HGET', JOB .. id, 'queue') or QUEUE) == ARGV[2] then
        local job = claim(id, ARGV[1])
        if job then table.insert(jobs, job) else redis.call('SREM', TAKEN .. ARGV[1], id) end
    end
end
return jobs
"""
)

FINISH = (
    _COMMON
    + _FINISH
    + """
-- ARGV: worker, time to live of an answer that was handed out (s), id, answer, time to reuse it (ms).
-- Returns 1 if the answer was stored.
redis.call('SREM', TAKEN .. ARGV[1], ARGV[3])
local stored = finish(ARGV[3], ARGV[4], ARGV[2], ARGV[5])
tell()
return stored
"""
)

HAND_BACK = (
    _COMMON
    + _REQUEUE
    + """
-- ARGV: worker, id, template of a message ('': the message comes back by itself).
redis.call('SREM', TAKEN .. ARGV[1], ARGV[2])
if redis.call('HGET', JOB .. ARGV[2], 'worker') ~= ARGV[1] then return end
if ARGV[3] ~= '' then
    requeue(ARGV[2], ARGV[3])
else
    redis.call('HDEL', JOB .. ARGV[2], 'worker', 'process')
end
"""
)

NOTE_PROCESS = (
    _COMMON
    + """
-- ARGV: worker, id, process id.  Notes that a process of its own runs a job.
if redis.call('HGET', JOB .. ARGV[2], 'worker') == ARGV[1] then
    redis.call('HSET', JOB .. ARGV[2], 'process', ARGV[3])
end
"""
)

BEAT = (
    _COMMON
    + _REQUEUE
    + """
-- KEYS: queues.
-- ARGV: worker, life of a heartbeat (ms), pause between looks for lost messages (ms), most jobs to look at, template of
--       a message, 1 if the worker is known to be dead.
-- Returns what was done, as a list of: what, job, worker.
local me, life, template, done = ARGV[1], tonumber(ARGV[2]), ARGV[5], {}

-- Jobs of the dead go to the living, the oldest first: whoever was next stays so, however often workers die.
local orphans = {}
local function bury(worker)
    for _, id in ipairs(redis.call('SMEMBERS', TAKEN .. worker)) do
        if redis.call('HGET', JOB .. id, 'worker') == worker then
            redis.call('HINCRBY', JOB .. id, 'deaths', 1)
            table.insert(orphans, {id, tonumber(redis.call('ZSCORE', IN_FLIGHT, id) or 0)})
            table.insert(done, {'inherited', id, worker})
        end
    end
    redis.call('DEL', TAKEN .. worker)
    redis.call('ZREM', WORKERS, worker)
    table.insert(done, {'dead', '', worker})
end
local function requeue_orphans()
    table.sort(orphans, function(one, other) return one[2] > other[2] end)
    for _, orphan in ipairs(orphans) do requeue(orphan[1], template) end
end

redis.call('PEXPIRE', WORKERS, 86400000)  -- first: a Redis that is full lets a script add that has written before
if ARGV[6] == '1' then
    if redis.call('ZSCORE', WORKERS, me) or redis.call('EXISTS', TAKEN .. me) == 1 then bury(me) end
    requeue_orphans()
    return done
end

-- If nobody's heart beat, it was Redis that was away: let everybody come back first.
local last = redis.call('ZREVRANGE', WORKERS, 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) < now - life then redis.call('SET', REAPER_WAITS, 1, 'PX', life) end
redis.call('ZADD', WORKERS, now, me)
if redis.call('EXISTS', REAPER_WAITS) == 1 then return done end

for _, worker in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, '-inf', now - life)) do bury(worker) end
requeue_orphans()

-- Queues are in order of arrival.  So a job that nobody holds and that is older than the next message of its queue has
-- lost its own.  A message that is sent twice does no harm.
if not redis.call('SET', REAPER, 1, 'NX', 'PX', ARGV[3]) then return done end
local function deadline_of_next(queue)
    local message = redis.call('LINDEX', queue, -1)
    if not message then return now * 2 end  -- after all others
    local read, content = pcall(cjson.decode, message)
    local id = read and content['headers'] and content['headers']['id']
    return id and tonumber(redis.call('ZSCORE', IN_FLIGHT, id) or 0) or 0
end
local deadlines, last_deadline = {}, 0
for _, queue in ipairs(KEYS) do
    deadlines[queue] = deadline_of_next(queue)
    last_deadline = math.max(last_deadline, deadlines[queue])
end
local older = redis.call('ZRANGEBYSCORE', IN_FLIGHT, '-inf', '(' .. last_deadline, 'LIMIT', 0, ARGV[4])
for i = #older, 1, -1 do  -- the oldest is next in its queue then, or the next look would send the others again
    local id = older[i]
    local record = redis.call('HMGET', JOB .. id, 'worker', 'queue', 'deadline_ms')
    if record[3] and not record[1] and tonumber(record[3]) < (deadlines[record[2] or QUEUE] or 0) then
        requeue(id, template)
        table.insert(done, {'resent', id, ''})
    end
end
return done
"""
)

SHARE = (
    _COMMON
    + f"""
-- ARGV: host, bytes that its cache directory takes; then fields of the counts, and by how much they grew.
redis.call('HSET', '{CACHES}', ARGV[1], ARGV[2] .. ' ' .. now)
for i = 3, #ARGV, 2 do redis.call('HINCRBYFLOAT', '{COUNTS}', ARGV[i], ARGV[i + 1]) end
"""
)

LEAVE = (
    _COMMON
    + """
-- ARGV: worker.  Takes a process that holds no jobs any more off the list; one that does is found dead later.
if redis.call('EXISTS', TAKEN .. ARGV[1]) == 0 then redis.call('ZREM', WORKERS, ARGV[1]) end
"""
)
