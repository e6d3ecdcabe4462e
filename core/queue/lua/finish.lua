-- ARGV: worker, time to live of an answer that was handed out (s), id, answer, time to reuse it (ms).
-- Returns 1 if the answer was stored.
redis.call('SREM', TAKEN .. ARGV[1], ARGV[3])
local stored = finish(ARGV[3], ARGV[4], ARGV[2], ARGV[5])
tell()
return stored
