-- ARGV: worker.  Takes a process that holds no jobs any more off the list; one that does is found dead later.
if redis.call('EXISTS', TAKEN .. ARGV[1]) == 0 then redis.call('ZREM', WORKERS, ARGV[1]) end
