"""Queues that a worker process serves, and the number of their jobs that it runs at once.

A large request keeps its worker from everything else while its JSON is read and written.  So a worker that serves all
queues takes one at a time, and where they are frequent they get workers of their own.  So it is with uploads.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.queue.jobs import LARGE_QUEUE, QUEUE, UPLOADS_QUEUE
from core.settings import Settings


def queue_limits(settings: Settings) -> Mapping[str, int]:
    """Return how many jobs at most of which queue.  Without an artifact store there are no uploads."""
    ordinary, large = {QUEUE: settings.worker_max_jobs}, {LARGE_QUEUE: settings.worker_concurrency}
    uploads = {UPLOADS_QUEUE: 1}
    everything = {**ordinary, LARGE_QUEUE: 1, **({} if settings.store_url is None else uploads)}
    return {"ordinary": ordinary, "large": large, "uploads": uploads, "all": everything}[settings.worker_queues]
