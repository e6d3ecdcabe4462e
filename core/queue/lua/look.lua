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
