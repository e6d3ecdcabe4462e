"""``python -m tests.attacks.worker_of_few_descriptors COUNT``: a worker that may have so many files open."""

from __future__ import annotations

import resource
import sys

from worker.worker_process import main

if __name__ == "__main__":
    count = int(sys.argv.pop())
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    main()
