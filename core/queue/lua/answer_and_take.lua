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
    if headers and headers['task'] == task_of(KEYS[1]) and type(headers['id']) == 'string' then
        -- A job that is held already has been sent twice.
        local job = redis.call('SISMEMBER', held, headers['id']) == 0 and claim(headers['id'], me)
        if job then table.insert(jobs, job) end
    else
        table.insert(refused, message)
    end
end
if #jobs > 0 then redis.call('PEXPIRE', held, ARGV[2]) end
return {jobs, refused}
