-- ARGV: worker, id, process id.  Notes that a process of its own runs a job.
if redis.call('HGET', JOB .. ARGV[2], 'worker') == ARGV[1] then
    redis.call('HSET', JOB .. ARGV[2], 'process', ARGV[3])
end
