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
