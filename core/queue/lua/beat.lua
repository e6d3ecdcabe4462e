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
