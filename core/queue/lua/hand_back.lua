-- ARGV: worker, id, template of a message ('': the message comes back by itself).
redis.call('SREM', TAKEN .. ARGV[1], ARGV[2])
if redis.call('HGET', JOB .. ARGV[2], 'worker') ~= ARGV[1] then return end
if ARGV[3] ~= '' then
    requeue(ARGV[2], ARGV[3])
else
    redis.call('HDEL', JOB .. ARGV[2], 'worker', 'process')
end
