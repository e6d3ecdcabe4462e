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
    local _, _, _, _, handed_out, digest = unpack(ARGV, i, i + 5)
    table.insert(outcomes, job_of_the_same(digest, handed_out) or new_job(unpack(ARGV, i, i + 8)))
end
-- Last, because a Redis that is full refuses to add anything, but not to a script that has written before.
redis.call('ZREMRANGEBYSCORE', IN_FLIGHT, '-inf', now)
return outcomes
