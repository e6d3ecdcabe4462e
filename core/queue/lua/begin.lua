-- ARGV: worker, id.  Returns the job, or nil.
return claim(ARGV[2], ARGV[1])
