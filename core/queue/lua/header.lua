-- Head of every script: names of keys, the clock, and the steps that several scripts have in common.
--
-- core/queue/jobs.py describes the keys, and gives the values that stand in braces here.  Scripts make keys from
-- ids: which ones a script touches is known only when it runs.  Redis allows that on one server; a cluster would not.

local JOB, PAYLOAD, RESULT = '${JOB_PREFIX}', '${PAYLOAD_PREFIX}', '${RESULT_PREFIX}'
local SAME, TAKEN = '${SAME_PREFIX}', '${TAKEN_PREFIX}'
local IN_FLIGHT, WORKERS, REAPER, REAPER_WAITS = '${IN_FLIGHT}', '${WORKERS}', '${REAPER}', '${REAPER_WAITS}'
local COUNTS, CACHES, PROBE = '${COUNTS}', '${CACHES}', '${PROBE_KEY}'
local ID_MARK, QUEUE_MARK, TASK_MARK = '${ID_MARK}', '${QUEUE_MARK}', '${TASK_MARK}'
local BROKER_PREFIX = '${BROKER_PREFIX}'
local QUEUE, TASK = '${QUEUE}', '${SYMBOLICATE_JS}'
local UPLOADS_QUEUE, UPLOAD_TASK = '${UPLOADS_QUEUE}', '${ASSEMBLE_UPLOAD}'
local UNCLAIMED_TTL_S = tonumber('${UNCLAIMED_RESULT_TTL_S}')

-- The Redis server's clock, in milliseconds.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

-- Returns the name of the Celery task whose messages are in a queue.
local function task_of(queue) return queue == UPLOADS_QUEUE and UPLOAD_TASK or TASK end

-- Returns what is to be done for a job: id, body (false if Redis evicted it, which it must not), time left (ms), scope
-- (false = global), deaths, traceparent, log fields, queue.  Or nil if there is nothing to do: it has ended, its time
-- is up, or somebody else holds it.
local function claim(id, me)
    local record = redis.call(
        'HMGET', JOB .. id, 'deadline_ms', 'scope', 'worker', 'deaths', 'traceparent', 'log_fields', 'queue')
    if not record[1] or now >= tonumber(record[1]) or (record[3] and record[3] ~= me) then return nil end
    redis.call('HSET', JOB .. id, 'worker', me)
    redis.call('SADD', TAKEN .. me, id)
    -- The last call of a worker that died may come after its death was reported: so it is found dead once more.
    redis.call('ZADD', WORKERS, 'NX', now, me)
    local body = redis.call('GET', PAYLOAD .. id)
    local deaths, queue = tonumber(record[4] or 0), record[7] or QUEUE
    return {id, body, record[1] - now, record[2], deaths, record[5] or '', record[6] or '', queue}
end

-- The first answer is final, and after the deadline none is stored: polls answer timeout from then on.
-- Requests that equal this one are given the same answer for another reuse_ms.
-- Returns 1 if the answer was stored.  tell wakes those who wait for the answers that were.
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

-- Puts a job that nobody holds at the head of its queue; template: see core/queue/celery_message.py.
local function requeue(id, template)
    local queue = redis.call('HGET', JOB .. id, 'queue') or QUEUE
    redis.call('HDEL', JOB .. id, 'worker', 'process')
    local name = string.sub(queue, #BROKER_PREFIX + 1)
    local message = string.gsub(string.gsub(template, ID_MARK, id), QUEUE_MARK, name)
    message = string.gsub(message, TASK_MARK, task_of(queue))
    redis.call('RPUSH', queue, message)
end

-- Ids of the workers that live: their last heartbeat is less than life_ms ago.
local function living(life_ms) return redis.call('ZRANGEBYSCORE', WORKERS, '(' .. (now - life_ms), '+inf') end
