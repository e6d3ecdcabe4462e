-- KEYS: queues.  ARGV: life of a heartbeat (ms).
-- Returns how many jobs are in flight, how many workers hold, how many workers live; for each queue its length and the
-- time left to its oldest job (ms, -1 = unknown); the bytes of caches by host, and the counts.
local CACHE_IS_KNOWN_FOR = 60000
local running, queues, caches, seen = 0, {}, {}, redis.call('HGETALL', CACHES)
for _, worker in ipairs(redis.call('ZRANGE', WORKERS, 0, -1)) do
    running = running + redis.call('SCARD', TAKEN .. worker)
end
local function left_to_oldest(queue)
    local read, content = pcall(cjson.decode, redis.call('LINDEX', queue, -1) or '')
    local id = read and type(content) == 'table' and content['headers'] and content['headers']['id']
    local deadline = id and redis.call('ZSCORE', IN_FLIGHT, id)
    return deadline and math.max(deadline - now, 0) or -1
end
for _, queue in ipairs(KEYS) do table.insert(queues, {redis.call('LLEN', queue), left_to_oldest(queue)}) end
for i = 1, #seen, 2 do
    local size, at = string.match(seen[i + 1], '^(%d+) (%d+)$')
    if at and now - at < CACHE_IS_KNOWN_FOR then
        table.insert(caches, seen[i])
        table.insert(caches, size)
    end
end
local in_flight = redis.call('ZCOUNT', IN_FLIGHT, '(' .. now, '+inf')
return {in_flight, running, #living(ARGV[1]), queues, caches, redis.call('HGETALL', COUNTS)}
