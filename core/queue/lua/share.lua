-- ARGV: host, bytes that its cache directory takes; then fields of the counts, and by how much they grew.
redis.call('HSET', CACHES, ARGV[1], ARGV[2] .. ' ' .. now)
for i = 3, #ARGV, 2 do redis.call('HINCRBYFLOAT', COUNTS, ARGV[i], ARGV[i + 1]) end
