-- KEYS: failing and blocked, for a scope; failing and blocked, for all.
-- ARGV: window, bucket, threshold, block time (ms), most buckets, failures of one scope that count for all, reason
-- Counts a failure of a host for all workers, as LocalDenyList does for one.
-- Returns for whom the host is blocked from now on, as Blocked.
if redis.call('EXISTS', KEYS[2], KEYS[4]) > 0 then return 0 end
local window, size, threshold = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = now - now % size
local function count(key)
    redis.call('HINCRBY', key, string.format('%.0f', bucket), 1)
    redis.call('PEXPIRE', key, window)
    local counts, sum = redis.call('HGETALL', key), 0
    for i = 1, #counts, 2 do
        local age = bucket - tonumber(counts[i])
        if age > window or age >= size * tonumber(ARGV[5]) then redis.call('HDEL', key, counts[i])
        else sum = sum + tonumber(counts[i + 1]) end
    end
    return sum
end
local of_scope = count(KEYS[1])
if of_scope <= tonumber(ARGV[6]) and count(KEYS[3]) >= threshold then
    redis.call('SET', KEYS[4], ARGV[7], 'PX', ARGV[4])
    return 2
end
if of_scope < threshold then return 0 end
redis.call('SET', KEYS[2], ARGV[7], 'PX', ARGV[4])
return 1
