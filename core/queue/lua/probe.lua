-- ARGV: life of a heartbeat (ms).  Writes something, as a job would, and returns how many workers live.
redis.call('SET', PROBE, 1, 'PX', 1000)
return #living(ARGV[1])
