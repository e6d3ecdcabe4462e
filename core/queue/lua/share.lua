-- ARGV: host, bytes that its cache directory takes; then fields of the counts, and by how much they grew.
local is_new = redis.call('HSET', CACHES, ARGV[1], ARGV[2] .. ' ' .. now) == 1

-- With a new host, those go that were not heard of for a day: names of containers are never used again.
local DAY_MS = 86400000
local seen = is_new and redis.call('HGETALL', CACHES) or {}
for i = 1, #seen, 2 do
    local at = string.match(seen[i + 1], '^%d+ (%d+)$')
    if not at or now - at > DAY_MS then redis.call('HDEL', CACHES, seen[i]) end
end
redis.call('PEXPIRE', CACHES, DAY_MS)

for i = 3, #ARGV, 2 do redis.call('HINCRBYFLOAT', COUNTS, ARGV[i], ARGV[i + 1]) end
